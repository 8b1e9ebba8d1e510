package dev.roosthold.relay;

import dev.roosthold.relay.auth.DeviceActivity;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.updates.Router;

/// Ties sockets to the devices that opened them.
record DeviceSockets(Devices devices, DeviceActivity activity, Router router)
        implements ConnectionListener {

    /// A credential that was revoked between its check and the admission must not stay.
    @Override
    public void connected(SocketCaller socket) {
        if (devices.isRevoked(socket.caller().device())) {
            router.closeSocket(socket.socketId());
        }
        heard(socket);
    }

    @Override
    public void heard(SocketCaller socket) {
        activity.seen(socket.caller().device(), socket.remote());
    }
}
