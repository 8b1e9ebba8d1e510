package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One socket casts to a room, every member counts what it gets. Either at a fixed rate, or closed
/// loop: the caster keeps [#WINDOW] casts under way and sends the next when it hears its own.
final class FanOutLoad implements LoadClient.Traffic {

    static final int SOCKETS = 100;
    static final int CASTS_PER_SECOND = 100;

    private static final int WINDOW = 16;
    private static final byte[] JOIN = LoadSocket.frame("420[\"join\",\"room\"]");
    private static final byte[] CAST =
            LoadSocket.frame(
                    "42[\"cast\",\"room\",{\"id\":\"a1b2c3d4e5f6\",\"seq\":4711,\"body\":\""
                            + "dXBkYXRl".repeat(40)
                            + "\",\"createdAt\":1763700000000}]");

    private final LongAdder delivered = new LongAdder();
    private final LongAdder joined = new LongAdder();
    private @Nullable LoadSocket caster;
    private io.netty.util.concurrent.@Nullable Future<?> timer;
    private boolean saturating;

    /// Lets every socket enter the room; on the client's event loop.
    void join(LoadClient.Sockets sockets) {
        caster = sockets.all().getFirst();
        for (var socket : sockets.all()) {
            socket.send(JOIN);
            socket.flush();
        }
    }

    long joined() {
        return joined.sum();
    }

    /// Casts [#CASTS_PER_SECOND] times per second until [#stop]; on the client's event loop.
    void startFixed() {
        var from = caster();
        timer =
                from.channel()
                        .eventLoop()
                        .scheduleAtFixedRate(
                                () -> {
                                    from.send(CAST);
                                    from.flush();
                                },
                                0,
                                1_000_000 / CASTS_PER_SECOND,
                                TimeUnit.MICROSECONDS);
    }

    /// Casts as fast as the caster hears itself until [#stop]; on the client's event loop.
    void startSaturating() {
        saturating = true;
        for (int i = 0; i < WINDOW; i++) {
            caster().send(CAST);
        }
        caster().flush();
    }

    void stop() {
        saturating = false;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    long delivered() {
        return delivered.sum();
    }

    @Override
    public void packet(LoadSocket socket, ByteBuf packet) {
        if (packet.getByte(1) == '3') {
            joined.increment();
            return;
        }
        delivered.increment();
        if (saturating && socket == caster) {
            socket.send(CAST);
        }
    }

    private LoadSocket caster() {
        return java.util.Objects.requireNonNull(caster, "join first");
    }
}
