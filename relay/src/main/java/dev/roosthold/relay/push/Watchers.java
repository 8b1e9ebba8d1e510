package dev.roosthold.relay.push;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.socketio.DisconnectReason;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Knows the user-scoped sockets of each account, to tell whether a person is looking at one of
/// them. Sockets of sessions and machines are nobody's eyes. Thread-safe.
final class Watchers implements ConnectionListener {
    /// By connection and not by socket id: a client that comes back may have the same id, before
    /// the end of its earlier connection is noticed.
    private final Map<AccountId, Map<Long, SocketCaller>> sockets = new ConcurrentHashMap<>();

    @Override
    public void connected(SocketCaller socket) {
        if (socket.scope() instanceof ClientScope.User) {
            sockets.compute(
                    socket.account(),
                    (_, present) -> {
                        var more = present == null ? new HashMap<Long, SocketCaller>() : present;
                        more.put(socket.connection(), socket);
                        return more;
                    });
        }
    }

    @Override
    public void disconnected(SocketCaller socket, DisconnectReason reason) {
        sockets.computeIfPresent(
                socket.account(),
                (_, present) -> {
                    present.remove(socket.connection());
                    return present.isEmpty() ? null : present;
                });
    }

    /// Whether at least one client of the account has said that its person is looking.
    boolean isWatched(AccountId account) {
        var watched = new boolean[1];
        // Inside the map's lock for the account, which guards the inner map.
        sockets.computeIfPresent(
                account,
                (_, present) -> {
                    watched[0] = present.values().stream().anyMatch(SocketCaller::watching);
                    return present;
                });
        return watched[0];
    }
}
