package dev.roosthold.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One live connection to the relay. It never reconnects: when it ends, it stays ended.
/// Thread-safe.
public interface RelaySocket {

    /// Sends an event that has no answer. Dropped when the connection has ended.
    void emit(String event, JsonNode argument);

    /// Sends an event and completes with the first value of its acknowledgement (JSON null when
    /// there is none). Fails with [SocketGoneException] when the connection ends first or the
    /// answer does not come in time; then it is not known whether the relay acted.
    ///
    /// @param argument null sends the event without any argument
    CompletableFuture<JsonNode> call(String event, @Nullable JsonNode argument, Duration patience);

    /// Completes normally, with the reason, when the connection has ended.
    CompletableFuture<String> ended();

    /// Says goodbye with a Socket.IO disconnect packet, which tells the relay that the end is
    /// planned, and waits until it is on its way, at most this long. After that the connection is
    /// cut.
    void disconnect(Duration patience) throws InterruptedException;

    /// Cuts the connection without a word.
    void abort(String reason);
}
