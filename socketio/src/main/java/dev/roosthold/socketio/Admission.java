package dev.roosthold.socketio;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A guard's decision on a CONNECT.
public sealed interface Admission {

    /// The client comes in.
    ///
    /// @param data kept with the socket, see [Socket#data]
    /// @param rooms joined in the same step in which the CONNECT answer is queued: nothing sent to
    ///     them can precede the answer, and nothing sent after it is missed
    record Accept(Object data, Set<String> rooms) implements Admission {
        public Accept {
            rooms = Set.copyOf(rooms);
        }
    }

    /// The client gets a CONNECT_ERROR.
    ///
    /// @param message the `message` of the error
    /// @param data the `data` of the error, left out when null
    record Refuse(String message, @Nullable Object data) implements Admission {
        public Refuse(String message) {
            this(message, null);
        }
    }
}
