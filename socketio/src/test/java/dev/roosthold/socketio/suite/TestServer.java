package dev.roosthold.socketio.suite;

import dev.roosthold.socketio.SocketIoConfig;
import dev.roosthold.socketio.SocketIoServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// A server of the library inside an HTTP server of its own, as an application would mount it, on
/// 127.0.0.1 and a free port. What the library does not take is answered with 404.
final class TestServer implements AutoCloseable {

    private final SocketIoServer server;
    private final EventLoopGroup loops;
    private final Channel listener;

    private TestServer(SocketIoServer server, int loopCount) {
        this.server = server;
        loops = new MultiThreadIoEventLoopGroup(loopCount, NioIoHandler.newFactory());
        listener =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Mount(server))
                        .bind("127.0.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
    }

    static TestServer start(Consumer<SocketIoServer> setup) {
        return start(settings -> settings, setup);
    }

    /// Starts with two event loops.
    static TestServer start(
            UnaryOperator<SocketIoConfig> settings, Consumer<SocketIoServer> setup) {
        return start(2, settings, setup);
    }

    static TestServer start(
            int loops, UnaryOperator<SocketIoConfig> settings, Consumer<SocketIoServer> setup) {
        var quick =
                SocketIoConfig.defaults()
                        .withPingInterval(Duration.ofSeconds(5))
                        .withPingTimeout(Duration.ofSeconds(5));
        var server = SocketIoServer.create(settings.apply(quick));
        setup.accept(server);
        return new TestServer(server, loops);
    }

    SocketIoServer server() {
        return server;
    }

    int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    Endpoint endpoint() {
        return new Endpoint(port(), "/socket.io/");
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        server.drain().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static final class Mount extends ChannelInitializer<SocketChannel> {
        private final SocketIoServer server;

        Mount(SocketIoServer server) {
            this.server = server;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline().addLast(new HttpServerCodec(), server.httpHandler(), new NotFound());
        }
    }

    private static final class NotFound extends SimpleChannelInboundHandler<HttpObject> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message instanceof HttpRequest) {
                var answer =
                        new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND);
                context.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
