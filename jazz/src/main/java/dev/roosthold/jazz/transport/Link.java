package dev.roosthold.jazz.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// An open connection. [#send] is for one thread; [#close] for any.
public interface Link extends AutoCloseable {
    /// What a connection tells.
    interface Listener {
        /// A frame has come. The next one waits until this returns: that is how a slow reader slows
        /// the sender.
        void frame(String frame);

        /// The connection has ended; called once.
        ///
        /// @param cause why, or null when it was closed in order
        void closed(@Nullable Throwable cause);
    }

    /// Opens connections.
    @FunctionalInterface
    interface Dialer {
        /// Opens one.
        ///
        /// @throws RefusedException when the relay answered, but not with a WebSocket
        /// @throws IOException when it cannot be reached
        Link dial(Listener listener) throws IOException, InterruptedException;
    }

    /// Sends one frame; returns when the network has taken it.
    ///
    /// @throws IOException when the connection has ended or takes nothing for too long
    void send(String frame) throws IOException, InterruptedException;

    @Override
    void close();
}
