package dev.roosthold.relay.rpc;

import dev.roosthold.relay.socket.SocketCaller;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// What RPC knows of one connection. Guarded by the lock of its account, except for what is final.
final class Endpoint {
    final SocketCaller socket;
    final AccountCalls account;

    /// What it registered and nobody has taken over.
    private Set<String> methods = Set.of();

    /// What it registered and does not serve any more as it is about to leave, though other nodes
    /// may still ask for it here.
    List<String> withdrawn = List.of();

    /// Its calls that are not answered yet.
    int pending;

    /// Calls that it runs for others. Guarded by itself.
    final AtomicInteger running = new AtomicInteger();

    /// Registers and calls nothing any more.
    boolean gone;

    Endpoint(SocketCaller socket, AccountCalls account) {
        this.socket = socket;
        this.account = account;
    }

    Set<String> methods() {
        return methods;
    }

    void add(String method) {
        if (methods.isEmpty()) {
            methods = new HashSet<>();
        }
        methods.add(method);
    }

    boolean remove(String method) {
        return !methods.isEmpty() && methods.remove(method);
    }

    /// Whether both are the same client. One that continues an earlier connection has its socket
    /// id, and may find a registration of that one still there.
    boolean isSameClient(Endpoint other) {
        return this == other || socket.socketId().equals(other.socket.socketId());
    }

    /// Whether this is a later connection of the same client.
    boolean continues(Endpoint other) {
        return isSameClient(other) && socket.connection() > other.socket.connection();
    }
}
