package dev.roosthold.client.changes;

import dev.roosthold.client.SocketAuth;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;

/// Which updates a socket is sent. `/v1/changes` may hold more than that; the rest of it is left
/// out, so that a client gets the same updates whether it was connected or not.
public sealed interface FeedScope {

    boolean includes(Change change);

    /// A client of the person: everything.
    record Account() implements FeedScope {
        @Override
        public boolean includes(Change change) {
            return true;
        }
    }

    /// A machine: changes of its row.
    record Machine(MachineId machine) implements FeedScope {
        @Override
        public boolean includes(Change change) {
            return change instanceof Change.MachineChanged changed
                    && changed.machine().equals(machine);
        }
    }

    /// A session: changes of its row and its messages.
    record Session(SessionId session) implements FeedScope {
        @Override
        public boolean includes(Change change) {
            return switch (change) {
                case Change.SessionChanged changed -> changed.session().equals(session);
                case Change.MessageAdded added -> added.session().equals(session);
                default -> false;
            };
        }
    }

    /// What a socket with this handshake is sent.
    static FeedScope of(SocketAuth auth) {
        return switch (auth) {
            case SocketAuth.UserScoped _ -> new Account();
            case SocketAuth.MachineScoped(_, MachineId machine) -> new Machine(machine);
            case SocketAuth.SessionScoped(_, SessionId session) -> new Session(session);
        };
    }
}
