package dev.roosthold.sync.ipc;

import java.time.Duration;

/// Bounds of the socket.
///
/// @param message bytes of the longest line, without its end
/// @param endless bytes without the end of a line after which the connection is closed
/// @param line how long a line may take from its first byte
/// @param connections open at once
/// @param waitingBytes of answers that a slow reader may let wait
/// @param waitingNotifications that it may let wait
/// @param requests that a connection may make in each second, after its first
///     [dev.roosthold.sync.rpc.RpcConnection#BURST]
public record IpcLimits(
        int message,
        long endless,
        Duration line,
        int connections,
        long waitingBytes,
        int waitingNotifications,
        int requests) {
    public static final IpcLimits USUAL =
            new IpcLimits(1_048_576, 64L << 20, Duration.ofSeconds(30), 256, 8L << 20, 1000, 1000);

    public IpcLimits withLine(Duration value) {
        return new IpcLimits(
                message, endless, value, connections, waitingBytes, waitingNotifications, requests);
    }

    public IpcLimits withRequests(int value) {
        return new IpcLimits(
                message, endless, line, connections, waitingBytes, waitingNotifications, value);
    }
}
