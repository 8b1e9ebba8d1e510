package dev.roosthold.relay;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.auth.DeviceActivity;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.socketio.DisconnectReason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Ties sockets to the devices that opened them. Thread-safe.
final class DeviceSockets implements ConnectionListener {
    private final Devices devices;
    private final DeviceActivity activity;
    private final Router router;
    private final Set<SocketCaller> open = ConcurrentHashMap.newKeySet();

    DeviceSockets(Devices devices, DeviceActivity activity, Router router) {
        this.devices = devices;
        this.activity = activity;
        this.router = router;
    }

    /// A credential that was revoked between its check and the admission must not stay.
    @Override
    public void connected(SocketCaller socket) {
        if (devices.isRevoked(socket.caller().device())) {
            router.closeSocket(socket.socketId());
        }
        open.add(socket);
        heard(socket);
    }

    @Override
    public void heard(SocketCaller socket) {
        activity.seen(socket.caller().device(), socket.remote());
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        open.remove(socket);
        heard(socket);
    }

    /// The devices of all open sockets.
    Set<DeviceId> devices() {
        return open.stream().map(socket -> socket.caller().device()).collect(Collectors.toSet());
    }

    /// Notes that the devices of open sockets are in use, however silent they are.
    void noteOpen() {
        open.forEach(this::heard);
    }
}
