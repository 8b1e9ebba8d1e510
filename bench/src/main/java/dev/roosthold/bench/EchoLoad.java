package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/// Echo with acknowledgement, closed loop: each socket keeps [#WINDOW] events under way and sends
/// the next one when an acknowledgement arrives. Events are the size of a machine heartbeat with a
/// state.
final class EchoLoad implements LoadClient.Traffic {

    static final int SOCKETS = 100;
    static final int WINDOW = 4;

    private static final int ID_DIGITS = 6;
    private static final int FIRST_ID = 100_000;
    private static final byte[] TEMPLATE =
            LoadSocket.frame(
                    "42"
                            + FIRST_ID
                            + "[\"echo\",{\"machineId\":\"3f0c7f9e-6c1d-4a52-9d6e-0d2b7c1a9f10\","
                            + "\"time\":1763700000000,\"daemonState\":\""
                            + "c3RhdGU".repeat(16)
                            + "\",\"expectedVersion\":17}]");
    /// Head of 2, 2 bytes of length, mask of 4, then `42`.
    private static final int ID_OFFSET = 10;

    private final long[][] sentAt = new long[SOCKETS][WINDOW];
    private final LongAdder acknowledged = new LongAdder();
    private Latencies latencies = new Latencies();
    private boolean running;

    /// Starts; on the client's event loop.
    void start(LoadClient.Sockets sockets) {
        running = true;
        latencies = new Latencies();
        int index = 0;
        for (var socket : sockets.all()) {
            socket.counter = index++;
            for (int slot = 0; slot < WINDOW; slot++) {
                send(socket, slot);
            }
            socket.flush();
        }
    }

    /// Sends no more; what is under way ends by itself.
    void stop() {
        running = false;
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    Latencies latencies() {
        return latencies;
    }

    @Override
    public void packet(LoadSocket socket, ByteBuf packet) {
        if (packet.getByte(1) != '3') {
            return;
        }
        int id = Integer.parseInt(packet.toString(2, ID_DIGITS, StandardCharsets.US_ASCII));
        int slot = id - FIRST_ID;
        latencies.record(System.nanoTime() - sentAt[socket.counter][slot]);
        acknowledged.increment();
        if (running) {
            send(socket, slot);
        }
    }

    private void send(LoadSocket socket, int slot) {
        sentAt[socket.counter][slot] = System.nanoTime();
        byte[] frame = TEMPLATE.clone();
        frame[ID_OFFSET + ID_DIGITS - 1] = (byte) ('0' + slot);
        socket.write(Unpooled.wrappedBuffer(frame));
    }
}
