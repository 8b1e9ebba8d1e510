package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/// Events with acknowledgement, closed loop: each sending socket keeps a number of them under way
/// and sends the next one when an acknowledgement arrives. The other sockets only listen.
final class ClosedLoop implements LoadClient.Traffic {
    private static final int ID_DIGITS = 6;
    private static final int FIRST_ID = 100_000;

    /// Makes the next event of a sender.
    interface Events {
        /// @param number of the event, from 0, for each sender
        /// @return the name and arguments as a JSON array
        String next(int sender, long number);
    }

    private final int senders;
    private final int window;
    private final Events events;
    private final byte[] expected;
    private final long[][] sentAt;
    private final long[] numbers;
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder heard = new LongAdder();
    private volatile Latencies latencies = new Latencies();
    private boolean running;

    /// @param senders the first so many sockets send
    /// @param expected a text that is in every acknowledgement that counts
    ClosedLoop(int senders, int window, String expected, Events events) {
        this.senders = senders;
        this.window = window;
        this.events = events;
        this.expected = expected.getBytes(StandardCharsets.US_ASCII);
        sentAt = new long[senders][window];
        numbers = new long[senders];
    }

    /// Starts; on the client's event loop.
    void start(LoadClient.Sockets sockets) {
        running = true;
        for (var socket : sockets.all()) {
            for (int slot = 0; socket.counter < senders && slot < window; slot++) {
                send(socket, slot);
            }
            socket.flush();
        }
    }

    /// Sends no more; what is under way ends by itself.
    void stop() {
        running = false;
    }

    /// Forgets the durations so far.
    void warm() {
        latencies = new Latencies();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long refused() {
        return refused.sum();
    }

    /// Events that arrived, over all sockets.
    long heard() {
        return heard.sum();
    }

    Latencies latencies() {
        return latencies;
    }

    @Override
    public void packet(LoadSocket socket, ByteBuf packet) {
        if (packet.getByte(1) != '3') {
            heard.increment();
            return;
        }
        int id = Integer.parseInt(packet.toString(2, ID_DIGITS, StandardCharsets.US_ASCII));
        int slot = id - FIRST_ID;
        latencies.record(System.nanoTime() - sentAt[socket.counter][slot]);
        (Bytes.contains(packet, expected) ? acknowledged : refused).increment();
        if (running) {
            send(socket, slot);
        }
    }

    private void send(LoadSocket socket, int slot) {
        int sender = socket.counter;
        sentAt[sender][slot] = System.nanoTime();
        String event = events.next(sender, numbers[sender]++);
        socket.send(LoadSocket.frame("42" + (FIRST_ID + slot) + event));
    }
}
