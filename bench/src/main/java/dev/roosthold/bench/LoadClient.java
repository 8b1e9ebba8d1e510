package dev.roosthold.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/// Opens many connections to one server from one process.
final class LoadClient implements AutoCloseable {

    /// Handshakes under way at once; more would only measure the listen queue.
    private static final int OPENING_AT_ONCE = 256;

    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    /// What a run does with its sockets. Called on the client's event loop.
    interface Traffic {
        void packet(LoadSocket socket, ByteBuf packet);
    }

    /// Connects that many sockets to the main namespace and returns when all are in.
    Sockets open(int port, int count, Traffic traffic)
            throws InterruptedException, ExecutionException, TimeoutException {
        return open(port, Collections.nCopies(count, LoadSocket.Entrance.PLAIN), traffic);
    }

    /// Connects one socket for each entrance, whose order [LoadSocket#counter] tells, and returns
    /// when all are in.
    Sockets open(int port, List<LoadSocket.Entrance> entrances, Traffic traffic)
            throws InterruptedException, ExecutionException, TimeoutException {
        return open(_ -> port, entrances, traffic);
    }

    /// The same with a port for each socket, by its place in the list.
    Sockets open(IntUnaryOperator portOf, List<LoadSocket.Entrance> entrances, Traffic traffic)
            throws InterruptedException, ExecutionException, TimeoutException {
        int count = entrances.size();
        var opened = new Sockets(count, traffic);
        var bootstrap =
                new Bootstrap()
                        .group(loops)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_RCVBUF, 256 * 1024);
        for (int i = 0; i < count; i++) {
            int port = portOf.applyAsInt(i);
            opened.opening.acquire();
            var socket = new LoadSocket(opened, "127.0.0.1:" + port, entrances.get(i));
            socket.counter = i;
            bootstrap
                    .clone()
                    .handler(
                            new ChannelInitializer<SocketChannel>() {
                                @Override
                                protected void initChannel(SocketChannel channel) {
                                    channel.pipeline().addLast(socket);
                                }
                            })
                    .connect("127.0.0.1", port)
                    .addListener(
                            attempt -> {
                                if (!attempt.isSuccess()) {
                                    opened.ready.completeExceptionally(attempt.cause());
                                    opened.opening.release();
                                }
                            });
        }
        opened.ready.get(60, TimeUnit.SECONDS);
        return opened;
    }

    /// Runs on the client's event loop, where the sockets live, and waits for it.
    void onLoop(Runnable action) throws InterruptedException, ExecutionException {
        loops.next().submit(action).get();
    }

    MultiThreadIoEventLoopGroup loops() {
        return loops;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /// A set of connected sockets.
    static final class Sockets implements LoadSocket.Listener, AutoCloseable {
        private final Semaphore opening = new Semaphore(OPENING_AT_ONCE);
        private final CompletableFuture<Void> ready = new CompletableFuture<>();
        private final List<LoadSocket> all = new ArrayList<>();
        private final int wanted;
        private final Traffic traffic;
        private final AtomicInteger lost = new AtomicInteger();
        private final Set<String> told = new HashSet<>();
        private volatile boolean closing;

        private Sockets(int wanted, Traffic traffic) {
            this.wanted = wanted;
            this.traffic = traffic;
        }

        List<LoadSocket> all() {
            return all;
        }

        @Override
        public void connected(LoadSocket socket) {
            all.add(socket);
            opening.release();
            if (all.size() == wanted) {
                ready.complete(null);
            }
        }

        @Override
        public void packet(LoadSocket socket, ByteBuf packet) {
            traffic.packet(socket, packet);
        }

        @Override
        public void closed(LoadSocket socket) {
            if (!closing) {
                lost.incrementAndGet();
                tell("the server closed a connection");
                ready.completeExceptionally(new IllegalStateException("closed by the server"));
            }
        }

        @Override
        public void failed(LoadSocket socket, Throwable cause) {
            tell(cause.toString());
        }

        /// Thousands may go for the same reason: it is told once.
        private void tell(String what) {
            if (told.add(what)) {
                System.err.println("load client: " + what);
            }
        }

        /// Connections that ended though nobody here closed them.
        int lost() {
            return lost.get();
        }

        /// From now on it is no fault when the server closes.
        void expectEnd() {
            closing = true;
        }

        /// Resets all connections at once, as when a network fails, and waits until they are gone.
        void cut() {
            closing = true;
            all.forEach(socket -> socket.channel().config().setOption(ChannelOption.SO_LINGER, 0));
            close();
        }

        @Override
        public void close() {
            closing = true;
            var closes = all.stream().map(socket -> socket.channel().close()).toList();
            closes.forEach(close -> close.awaitUninterruptibly(10_000));
        }
    }
}
