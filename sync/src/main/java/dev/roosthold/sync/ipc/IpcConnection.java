package dev.roosthold.sync.ipc;

import dev.roosthold.sync.log.SyncLog;
import dev.roosthold.sync.rpc.Caller;
import dev.roosthold.sync.rpc.Methods;
import dev.roosthold.sync.rpc.RpcConnection;
import dev.roosthold.sync.rpc.RpcError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One client. The reading thread executes one request after the other; while it does, nothing
/// more is read, so a client that sends faster than it is served waits in the kernel.
final class IpcConnection implements Caller, LineSplitter.Sink {
    private static final int READ = 64 * 1024;

    private final SocketChannel channel;
    private final IpcLimits limits;
    private final SyncLog log;
    private final RpcConnection rpc;
    private final LineSplitter lines;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Outgoing> outgoing = new ArrayDeque<>();
    private final List<Runnable> endings = new ArrayList<>();
    private final Queue<Runnable> afterReply = new ConcurrentLinkedQueue<>();
    private long waitingBytes;
    private int waitingNotifications;
    private boolean last;
    private boolean ended;
    private volatile boolean closed;
    private volatile boolean busy;

    /// When the line began that is being waited for; 0 when none has.
    private volatile long lineSince;

    /// Something that waits to be sent or run.
    ///
    /// @param bytes a line with its end, or null for something to run
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Outgoing(
            byte @Nullable [] bytes, boolean notification, @Nullable Runnable action) {}

    IpcConnection(SocketChannel channel, Methods methods, IpcLimits limits, SyncLog log) {
        this.channel = channel;
        this.limits = limits;
        this.log = log;
        rpc = new RpcConnection(methods, this, limits.requests());
        lines = new LineSplitter(limits.message(), limits.endless(), this);
    }

    void start() {
        Thread.ofVirtual().name("sync-read").start(this::read);
        Thread.ofVirtual().name("sync-write").start(this::write);
    }

    boolean isBusy() {
        return busy;
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(READ);
        try {
            while (!closed) {
                lineSince = lines.isInside() ? Math.max(1, since()) : 0;
                buffer.clear();
                if (channel.read(buffer) < 0) {
                    break;
                }
                buffer.flip();
                lines.take(buffer);
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone, or we have closed.
        } catch (RuntimeException e) {
            log.error("ipc.fault", "a connection failed", "kind", e.getClass().getSimpleName());
        } finally {
            lineSince = 0;
            finish();
        }
    }

    private long since() {
        long since = lineSince;
        return since == 0 ? System.nanoTime() : since;
    }

    @Override
    public void line(byte[] line) throws InterruptedException {
        // The time of the next line begins when this one has been served.
        lineSince = 0;
        busy = true;
        try {
            rpc.line(line).ifPresent(answer -> send(answer, false));
            lock.lock();
            try {
                for (Runnable next = afterReply.poll(); next != null; next = afterReply.poll()) {
                    add(new Outgoing(null, false, next));
                }
            } finally {
                lock.unlock();
            }
        } finally {
            busy = false;
        }
    }

    @Override
    public void tooLong() {
        send(RpcConnection.error(new RpcError.PayloadTooLarge(limits.message())), false);
    }

    @Override
    public void endless() {
        close();
    }

    void closeIfTooSlow(long now) {
        long since = lineSince;
        if (since != 0 && now - since > limits.line().toNanos()) {
            log.debug("ipc.slow", "a line was not completed in time");
            close();
        }
    }

    @Override
    public void tell(String method, ObjectNode params) {
        send(RpcConnection.notification(method, params), true);
    }

    private void send(String text, boolean notification) {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        boolean full;
        lock.lock();
        try {
            if (last || ended) {
                return;
            }
            // What is being written does not count: one large answer never closes a connection.
            full =
                    waitingBytes > limits.waitingBytes()
                            || waitingNotifications >= limits.waitingNotifications();
            if (!full) {
                add(new Outgoing(bytes, notification, null));
            }
        } finally {
            lock.unlock();
        }
        if (full) {
            log.warn("ipc.slow", "a client reads too slowly and is closed");
            close();
        }
    }

    private void add(Outgoing next) {
        outgoing.add(next);
        waitingBytes += next.bytes() == null ? 0 : next.bytes().length;
        waitingNotifications += next.notification() ? 1 : 0;
        changed.signalAll();
    }

    @Override
    public void afterReply(Runnable action) {
        afterReply.add(action);
    }

    @Override
    public void onEnd(Runnable action) {
        lock.lock();
        try {
            if (!ended) {
                endings.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    private void write() {
        try {
            while (true) {
                Outgoing next = next();
                if (next == null) {
                    break;
                }
                if (next.action() != null) {
                    next.action().run();
                }
                if (next.bytes() != null) {
                    ByteBuffer buffer = ByteBuffer.wrap(next.bytes());
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                }
            }
        } catch (IOException e) {
            // The client has gone, or we have closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private @Nullable Outgoing next() throws InterruptedException {
        lock.lock();
        try {
            while (outgoing.isEmpty()) {
                if (last || closed) {
                    return null;
                }
                changed.await();
            }
            Outgoing next = outgoing.remove();
            waitingBytes -= next.bytes() == null ? 0 : next.bytes().length;
            waitingNotifications -= next.notification() ? 1 : 0;
            return next;
        } finally {
            lock.unlock();
        }
    }

    /// Sends what waits and ends.
    void finish() {
        lock.lock();
        try {
            last = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        closed = true;
        List<Runnable> actions;
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            last = true;
            outgoing.clear();
            waitingBytes = 0;
            actions = List.copyOf(endings);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            channel.close();
        } catch (IOException e) {
            log.trace("ipc.close", "a connection could not be closed");
        }
        actions.forEach(Runnable::run);
    }
}
