package dev.roosthold.socketio;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A [SocketIoServer] on a port of its own, for programs that have no HTTP server. Requests of
/// other paths are answered with 404.
public final class StandaloneServer implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private final Supplier<CompletionStage<Void>> drain;
    private final EventLoopGroup loops;
    private final Channel channel;

    private StandaloneServer(
            Supplier<CompletionStage<Void>> drain, EventLoopGroup loops, Channel channel) {
        this.drain = drain;
        this.loops = loops;
        this.channel = channel;
    }

    /// Binds and starts to accept.
    ///
    /// @param address port 0 takes a free one, see [#port()]
    /// @param eventLoops threads that serve the connections
    /// @throws IllegalStateException when the address cannot be bound
    public static StandaloneServer start(
            SocketIoServer server, InetSocketAddress address, int eventLoops) {
        return start(server::httpHandler, server::drain, address, eventLoops);
    }

    static StandaloneServer start(
            Supplier<ChannelHandler> httpHandler,
            Supplier<CompletionStage<Void>> drain,
            InetSocketAddress address,
            int eventLoops) {
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(eventLoops, NioIoHandler.newFactory());
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel accepted) {
                                        accepted.pipeline()
                                                .addLast(
                                                        new HttpServerCodec(),
                                                        httpHandler.get(),
                                                        new NotFound());
                                    }
                                });
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IllegalStateException("cannot bind " + address, bound.cause());
        }
        return new StandaloneServer(drain, loops, bound.channel());
    }

    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /// Stops accepting, closes all connections after what was queued for them, and waits at most 5
    /// seconds for that.
    @Override
    public void close() {
        channel.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        try {
            drain.get().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException late) {
            // What is left ends with the event loops.
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static final class NotFound extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                var response =
                        new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1,
                                request.decoderResult().isFailure()
                                        ? HttpResponseStatus.BAD_REQUEST
                                        : HttpResponseStatus.NOT_FOUND);
                response.headers()
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, 0)
                        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                ctx.writeAndFlush(response)
                        .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
