package dev.roosthold.jazz.relay;

import java.time.Duration;

/// How much peers may do. Sizes are characters or bytes of messages, which are ASCII but for few.
///
/// @param spaceBytes what all values of one space may take together
/// @param valueBytes what one value may take
/// @param headerBytes of one value
/// @param valuesPerPeer values that one connection may follow
/// @param valuesTotal likewise of all connections
/// @param waitingPerPeer content of one connection that waits for values it depends on
/// @param waitingTotal likewise of all connections
/// @param patience how long such content waits
/// @param intake messages of all connections that are received and not handled yet
/// @param badMessages messages of one connection that are unreadable or signed wrongly, before it
///     is ended
/// @param cache memory for what is known of values without reading the file
public record RelayLimits(
        long spaceBytes,
        long valueBytes,
        int headerBytes,
        int valuesPerPeer,
        int valuesTotal,
        long waitingPerPeer,
        long waitingTotal,
        Duration patience,
        long intake,
        int badMessages,
        long cache) {

    /// 1 GiB for a space, 256 MiB for a value; memory by the size of the heap.
    public static RelayLimits usual() {
        long heap = Runtime.getRuntime().maxMemory();
        return new RelayLimits(
                1L << 30,
                256L << 20,
                64 << 10,
                200_000,
                Math.clamp(heap / 1024, 100_000, 20_000_000),
                16L << 20,
                Math.max(16L << 20, heap / 8),
                Duration.ofSeconds(60),
                Math.max(32L << 20, heap / 8),
                1_000,
                Math.max(8L << 20, heap / 8));
    }

    public RelayLimits withSpaceBytes(long bytes) {
        return new RelayLimits(
                bytes,
                Math.min(valueBytes, bytes),
                headerBytes,
                valuesPerPeer,
                valuesTotal,
                waitingPerPeer,
                waitingTotal,
                patience,
                intake,
                badMessages,
                cache);
    }

    public RelayLimits withValuesPerPeer(int values) {
        return new RelayLimits(
                spaceBytes,
                valueBytes,
                headerBytes,
                values,
                valuesTotal,
                waitingPerPeer,
                waitingTotal,
                patience,
                intake,
                badMessages,
                cache);
    }

    public RelayLimits withWaiting(long perPeer, Duration howLong) {
        return new RelayLimits(
                spaceBytes,
                valueBytes,
                headerBytes,
                valuesPerPeer,
                valuesTotal,
                perPeer,
                waitingTotal,
                howLong,
                intake,
                badMessages,
                cache);
    }

    public RelayLimits withBadMessages(int count) {
        return new RelayLimits(
                spaceBytes,
                valueBytes,
                headerBytes,
                valuesPerPeer,
                valuesTotal,
                waitingPerPeer,
                waitingTotal,
                patience,
                intake,
                count,
                cache);
    }

    public RelayLimits withCache(long bytes) {
        return new RelayLimits(
                spaceBytes,
                valueBytes,
                headerBytes,
                valuesPerPeer,
                valuesTotal,
                waitingPerPeer,
                waitingTotal,
                patience,
                intake,
                badMessages,
                bytes);
    }
}
