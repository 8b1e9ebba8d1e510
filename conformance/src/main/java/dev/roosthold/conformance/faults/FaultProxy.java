package dev.roosthold.conformance.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Stands between clients and a server, both on this computer, and breaks what passes. Thread-safe.
///
/// Each connection has two virtual threads for each direction: one that reads, one that delivers
/// when it is time. Between them wait at most [#CHUNKS] pieces of [#CHUNK] bytes; then nothing more
/// is read, so that the sender notices as it would on a real link.
public final class FaultProxy implements AutoCloseable {
    /// Connections at the same time; more are closed at once.
    public static final int MOST_CONNECTIONS = 2_000;

    private static final int CHUNK = 16 << 10;
    private static final int CHUNKS = 64;
    private static final int CONNECT_MILLIS = 5_000;

    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile InetSocketAddress target;
    private volatile LinkFault fault = LinkFault.NONE;
    private volatile boolean closed;

    private FaultProxy(ServerSocket listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
    }

    /// Listens on a free port of the loopback interface.
    ///
    /// @param server address of the server, on the loopback interface too
    /// @throws IllegalArgumentException when the server is elsewhere
    public static FaultProxy before(URI server) throws IOException {
        InetAddress host = InetAddress.getByName(server.getHost());
        if (!host.isLoopbackAddress()) {
            throw new IllegalArgumentException(server + " is not on this computer");
        }
        var listener = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
        var proxy = new FaultProxy(listener, new InetSocketAddress(host, server.getPort()));
        Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
        return proxy;
    }

    /// Where clients connect to.
    public URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /// New connections go to another port; open ones stay where they are.
    public void retarget(int port) {
        target = new InetSocketAddress(target.getAddress(), port);
    }

    /// Breaks the link from now on, until another fault is set.
    public void set(LinkFault next) {
        lock.lock();
        try {
            fault = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Resets all open connections: both sides get an error at once, what was on its way is gone.
    ///
    /// @return how many
    public int cut() {
        int count = 0;
        for (Connection connection : connections) {
            connection.reset();
            count++;
        }
        return count;
    }

    /// Open connections.
    public int connections() {
        return connections.size();
    }

    /// Connections that were accepted so far.
    public long accepted() {
        return accepted.get();
    }

    @Override
    public void close() {
        closed = true;
        closeQuietly(listener);
        cut();
        set(LinkFault.NONE);
    }

    private void accept() {
        while (!closed) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                return;
            }
            accepted.incrementAndGet();
            if (fault instanceof LinkFault.Refusing || connections.size() >= MOST_CONNECTIONS) {
                closeQuietly(client);
            } else {
                Thread.ofVirtual().start(() -> open(client));
            }
        }
    }

    private void open(Socket client) {
        var server = new Socket();
        try {
            server.connect(target, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            closeQuietly(client);
            closeQuietly(server);
            return;
        }
        var connection = new Connection(client, server);
        connections.add(connection);
        connection.start();
        if (closed) {
            connection.reset();
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // Gone either way.
        }
    }

    /// A piece of a stream; an empty one is its end.
    private record Piece(byte[] bytes, long due) {}

    private final class Connection {
        private final Socket client;
        private final Socket server;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            pump(client, server, LinkFault.Direction.TO_SERVER);
            pump(server, client, LinkFault.Direction.TO_CLIENT);
        }

        private void pump(Socket from, Socket to, LinkFault.Direction direction) {
            BlockingQueue<Piece> waiting = new ArrayBlockingQueue<>(CHUNKS);
            Thread.ofVirtual().start(() -> read(from, waiting));
            Thread.ofVirtual().start(() -> deliver(to, waiting, direction));
        }

        private void read(Socket from, BlockingQueue<Piece> waiting) {
            byte[] buffer = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    waiting.put(new Piece(java.util.Arrays.copyOf(buffer, n), due()));
                }
                waiting.put(new Piece(new byte[0], due()));
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static long delayNanos(LinkFault fault) {
            return fault instanceof LinkFault.Delay(var by) ? by.toNanos() : 0;
        }

        private long due() {
            return System.nanoTime() + delayNanos(fault);
        }

        private void deliver(
                Socket to, BlockingQueue<Piece> waiting, LinkFault.Direction direction) {
            try {
                OutputStream out = to.getOutputStream();
                while (true) {
                    Piece piece = waiting.poll(1, TimeUnit.SECONDS);
                    if (piece == null) {
                        if (isOver()) {
                            return;
                        }
                        continue;
                    }
                    TimeUnit.NANOSECONDS.sleep(piece.due() - System.nanoTime());
                    if (!pass(piece, out, direction)) {
                        return;
                    }
                    if (piece.bytes().length == 0) {
                        end(to);
                        return;
                    }
                }
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /// Hands over one piece as the fault of the moment allows.
        ///
        /// @return whether the connection is still there
        private boolean pass(Piece piece, OutputStream out, LinkFault.Direction direction)
                throws IOException, InterruptedException {
            int sent = 0;
            while (true) {
                if (!awaitOpen(direction)) {
                    return false;
                }
                int left = piece.bytes().length - sent;
                if (left == 0) {
                    return true;
                }
                if (fault instanceof LinkFault.Slow(int rate)) {
                    // In twentieths of a second, so that a change of the fault is soon seen.
                    int portion = Math.min(left, Math.max(1, rate / 20));
                    out.write(piece.bytes(), sent, portion);
                    sent += portion;
                    TimeUnit.NANOSECONDS.sleep(1_000_000_000L * portion / rate);
                } else {
                    out.write(piece.bytes(), sent, left);
                    sent += left;
                }
            }
        }

        /// Waits while nothing may pass in this direction.
        private boolean awaitOpen(LinkFault.Direction direction) throws InterruptedException {
            lock.lock();
            try {
                while (stops(fault, direction)) {
                    if (isOver()) {
                        return false;
                    }
                    // Also looks now and then whether the connection was reset meanwhile.
                    var _ = changed.await(1, TimeUnit.SECONDS);
                }
            } finally {
                lock.unlock();
            }
            return !isOver();
        }

        private static boolean stops(LinkFault fault, LinkFault.Direction direction) {
            return switch (fault) {
                case LinkFault.HalfOpen _ -> true;
                case LinkFault.Stopped(var stopped) -> stopped == direction;
                case LinkFault.None _, LinkFault.Delay _, LinkFault.Slow _, LinkFault.Refusing _ ->
                        false;
            };
        }

        private boolean isOver() {
            return closed || client.isClosed() || server.isClosed();
        }

        /// One side has said its last word.
        private void end(Socket to) throws IOException {
            to.shutdownOutput();
            if (client.isOutputShutdown() && server.isOutputShutdown()) {
                close();
            }
        }

        void reset() {
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
                } catch (IOException e) {
                    // Closed already.
                }
            }
            close();
        }

        private void close() {
            closeQuietly(client);
            closeQuietly(server);
            connections.remove(this);
        }
    }
}
