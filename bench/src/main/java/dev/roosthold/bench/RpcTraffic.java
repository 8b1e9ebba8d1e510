package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/// One socket calls a method that another one serves, and calls again when the answer comes. On the
/// client's event loop, except for the counts.
final class RpcTraffic {
    /// The machine whose socket serves.
    static final String MACHINE = "bench-machine";

    private static final String METHOD = MACHINE + ":echo";

    /// What the serving socket sends first.
    static final String REGISTER = "42[\"rpc-register\",{\"method\":\"" + METHOD + "\"}]";

    private static final int ID_DIGITS = 6;
    private static final int FIRST_ID = 100_000;
    private static final String TEXT = "cGFyYW1z".repeat(25);
    private static final byte[] CALL =
            LoadSocket.frame(
                    "42"
                            + FIRST_ID
                            + "[\"rpc-call\",{\"method\":\""
                            + METHOD
                            + "\",\"params\":\""
                            + TEXT
                            + "\"}]");

    /// Head of 2, 2 bytes of length, mask of 4, then `42`.
    private static final int ID_OFFSET = 10;

    private static final byte[] OK = "[{\"ok\":true,".getBytes(StandardCharsets.US_ASCII);

    private final LongAdder answered = new LongAdder();
    private volatile Latencies latencies = new Latencies();
    private long[] sentAt = {};
    private boolean running;

    /// Begins to keep that many calls under way.
    void start(LoadSocket caller, int inFlight) {
        running = true;
        sentAt = new long[inFlight];
        for (int slot = 0; slot < inFlight; slot++) {
            call(caller, slot);
        }
        caller.flush();
    }

    /// Calls no more; what is under way ends by itself.
    void stop() {
        running = false;
    }

    long answered() {
        return answered.sum();
    }

    /// Forgets the latencies so far.
    void restartLatencies() {
        latencies = new Latencies();
    }

    Latencies latencies() {
        return latencies;
    }

    /// What comes to the calling socket.
    void toCaller(LoadSocket caller, ByteBuf packet) {
        if (packet.getByte(1) != '3') {
            return;
        }
        for (int i = 0; i < OK.length; i++) {
            if (packet.getByte(2 + ID_DIGITS + i) != OK[i]) {
                throw new IllegalStateException(packet.toString(StandardCharsets.UTF_8));
            }
        }
        int slot =
                Integer.parseInt(packet.toString(2, ID_DIGITS, StandardCharsets.US_ASCII))
                        - FIRST_ID;
        latencies.record(System.nanoTime() - sentAt[slot]);
        answered.increment();
        if (running) {
            call(caller, slot);
        }
    }

    /// What comes to the serving socket: a request is answered, the rest ignored.
    void toTarget(LoadSocket target, ByteBuf packet) {
        answer(target, packet);
    }

    /// Answers if the packet is a request.
    static void answer(LoadSocket target, ByteBuf packet) {
        int end = 2;
        while (packet.getByte(end) != '[') {
            end++;
        }
        if (packet.getByte(1) == '2' && end > 2) {
            String id = packet.toString(2, end - 2, StandardCharsets.US_ASCII);
            target.send(LoadSocket.frame("43" + id + "[\"" + TEXT + "\"]"));
        }
    }

    private void call(LoadSocket caller, int slot) {
        sentAt[slot] = System.nanoTime();
        byte[] frame = CALL.clone();
        frame[ID_OFFSET + ID_DIGITS - 2] = (byte) ('0' + slot / 10);
        frame[ID_OFFSET + ID_DIGITS - 1] = (byte) ('0' + slot % 10);
        caller.write(Unpooled.wrappedBuffer(frame));
    }
}
