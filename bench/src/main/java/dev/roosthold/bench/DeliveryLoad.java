package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// Messages at a fixed rate from the first socket, and how long each takes to reach the others.
final class DeliveryLoad implements LoadClient.Traffic {
    static final int PER_SECOND = 1_000;

    /// Begins the time at which a message was sent.
    static final byte[] MARK = "@at".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 18;

    /// Of a mark with its time.
    static final int MARK_LENGTH = MARK.length + DIGITS;

    private final String session;
    private final int perSecond;
    private final String filler;
    private volatile Latencies latencies = new Latencies();
    private long number;
    private volatile boolean running;

    DeliveryLoad(String session, int length) {
        this(session, length, PER_SECOND);
    }

    DeliveryLoad(String session, int length, int perSecond) {
        this.session = session;
        this.perSecond = perSecond;
        filler = "c".repeat(length - MARK_LENGTH);
    }

    /// Starts; on the client's event loop.
    void start(LoadClient.Sockets sockets) {
        running = true;
        var sender =
                sockets.all().stream()
                        .filter(socket -> socket.counter == 0)
                        .findFirst()
                        .orElseThrow();
        var timer =
                sender.channel()
                        .eventLoop()
                        .scheduleAtFixedRate(
                                () -> {
                                    if (running) {
                                        send(sender);
                                    }
                                },
                                0,
                                1_000_000 / perSecond,
                                TimeUnit.MICROSECONDS);
        sender.channel().closeFuture().addListener(_ -> timer.cancel(false));
    }

    void stop() {
        running = false;
    }

    void warm() {
        latencies = new Latencies();
    }

    long delivered() {
        return latencies.count();
    }

    Latencies latencies() {
        return latencies;
    }

    private void send(LoadSocket sender) {
        String content = mark(System.nanoTime()) + filler;
        String event =
                "[\"message\",{\"sid\":\"%s\",\"message\":\"%s\",\"localId\":\"d%d\"}]"
                        .formatted(session, content, number++);
        sender.send(LoadSocket.frame("42" + event));
        sender.flush();
    }

    @Override
    public void packet(LoadSocket socket, ByteBuf packet) {
        int at = Bytes.indexOf(packet, MARK);
        if (at >= 0) {
            latencies.record(System.nanoTime() - sentAt(packet, at));
        }
    }

    /// A time as the beginning of a message.
    static String mark(long nanos) {
        return "@at%018d".formatted(nanos);
    }

    /// The time that a packet has where [#MARK] was found.
    static long sentAt(ByteBuf packet, int at) {
        return Long.parseLong(packet.toString(at + MARK.length, DIGITS, StandardCharsets.US_ASCII));
    }
}
