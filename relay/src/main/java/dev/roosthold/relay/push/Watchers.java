package dev.roosthold.relay.push;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.socket.ClientScope;
import dev.roosthold.relay.socket.ConnectionListener;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.socketio.DisconnectReason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Knows the user-scoped sockets of each account, to tell whether a person is looking at one of
/// them. Sockets of sessions and machines are nobody's eyes. Thread-safe.
final class Watchers implements ConnectionListener {
    /// By connection and not by socket id: a client that comes back may have the same id, before
    /// the end of its earlier connection is noticed.
    private final Map<AccountId, Map<Long, SocketCaller>> sockets = new ConcurrentHashMap<>();

    private static final String WATCHED = "watched";

    /// Longer than an answer takes; who is not heard in time gets the notification.
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private volatile @Nullable Channels others;

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

    /// Has other nodes asked too.
    void among(Channels channels) {
        channels.answer(WATCHED, this::isWatchedHere);
        others = channels;
    }

    /// Whether at least one client of the account has said that its person is looking. Waits for
    /// other nodes, if there are any, for a moment.
    boolean isWatched(AccountId account) {
        Channels elsewhere = others;
        return isWatchedHere(account)
                || (elsewhere != null && elsewhere.ask(account, WATCHED, PATIENCE));
    }

    private boolean isWatchedHere(AccountId account) {
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
