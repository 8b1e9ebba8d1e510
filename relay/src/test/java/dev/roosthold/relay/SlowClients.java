package dev.roosthold.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Many connections of one address that keep a server waiting: a third sends its headers a byte at
/// a time, a third its body, a third reads its answer a few bytes at a time; each moves once a
/// second, not all at the same moment. What the server ends begins again. One thread, so that it
/// takes little from what is measured.
final class SlowClients implements AutoCloseable {
    enum Kind {
        HEADERS,
        BODY,
        READING
    }

    private static final int MOMENTS = 50;
    private static final long MOMENT_NANOS = 1_000_000_000L / MOMENTS;

    private static final class One {
        final Kind kind;
        @Nullable SocketChannel channel;
        boolean begun;

        One(Kind kind) {
            this.kind = kind;
        }

        SocketChannel channel() {
            return Objects.requireNonNull(channel);
        }
    }

    private final int port;
    private final String largePath;
    private final List<One> all = new ArrayList<>();
    private final Selector selector;
    private final Thread thread;
    private final ByteBuffer taken = ByteBuffer.allocate(512);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean stopped;

    /// @param largePath of an answer that does not fit into the buffers of a connection
    SlowClients(int port, int count, String largePath) throws IOException {
        this.port = port;
        this.largePath = largePath;
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            all.add(new One(Kind.values()[i % Kind.values().length]));
        }
        thread = Thread.ofPlatform().name("slow clients").start(this::run);
    }

    /// Connections that are open now.
    int open() {
        return open.get();
    }

    /// How often the server has ended one.
    int ended() {
        return ended.get();
    }

    private void run() {
        try {
            long next = System.nanoTime();
            for (int moment = 0; !stopped; moment = (moment + 1) % MOMENTS) {
                for (int i = moment; i < all.size(); i += MOMENTS) {
                    step(all.get(i));
                }
                connected();
                next += MOMENT_NANOS;
                long left = next - System.nanoTime();
                if (left > 0) {
                    TimeUnit.NANOSECONDS.sleep(left);
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            for (One one : all) {
                close(one);
            }
        }
    }

    private void connected() throws IOException {
        selector.selectNow();
        var ready = List.copyOf(selector.selectedKeys());
        selector.selectedKeys().clear();
        for (SelectionKey key : ready) {
            One one = (One) key.attachment();
            try {
                if (one.channel().finishConnect()) {
                    key.cancel();
                    one.begun = true;
                    begin(one);
                }
            } catch (IOException e) {
                lost(one);
            }
        }
    }

    private void step(One one) throws IOException {
        if (one.channel == null) {
            SocketChannel channel = SocketChannel.open();
            one.channel = channel;
            channel.configureBlocking(false);
            if (one.kind == Kind.READING) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
            }
            open.incrementAndGet();
            channel.register(selector, SelectionKey.OP_CONNECT, one);
            channel.connect(new InetSocketAddress("127.0.0.1", port));
        } else if (one.begun) {
            try {
                goOn(one);
            } catch (IOException e) {
                lost(one);
            }
        }
    }

    private void begin(One one) throws IOException {
        send(
                one,
                switch (one.kind) {
                    case HEADERS -> "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ";
                    case BODY ->
                            "POST /v1/auth HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n"
                                    + "Content-Type: application/json\r\n\r\n{\"publicKey\":\"";
                    case READING -> "GET " + largePath + " HTTP/1.1\r\nHost: x\r\n\r\n";
                });
    }

    private void goOn(One one) throws IOException {
        if (one.kind != Kind.READING) {
            send(one, "a");
        }
        taken.clear();
        int count = one.channel().read(taken);
        if (count < 0 || (count > 0 && one.kind != Kind.READING)) {
            // Told that it is too slow.
            lost(one);
        }
    }

    private static void send(One one, String text) throws IOException {
        one.channel().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /// Begins again at once, so that there are always as many.
    private void lost(One one) throws IOException {
        ended.incrementAndGet();
        close(one);
        if (!stopped) {
            step(one);
        }
    }

    private void close(One one) {
        SocketChannel channel = one.channel;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Gone either way.
            }
            one.channel = null;
            one.begun = false;
            open.decrementAndGet();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stopped = true;
        thread.join(10_000);
        selector.close();
    }
}
