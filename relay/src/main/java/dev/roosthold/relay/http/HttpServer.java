package dev.roosthold.relay.http;

import dev.roosthold.relay.caller.Authenticator;
import dev.roosthold.relay.limits.LimitRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// One port for REST, the browser UI and Socket.IO. Thread-safe.
///
/// The way of a request: [Strangers], [TlsGate] and TLS where there is a certificate,
/// [ConnectionTimeouts], codec, [RequestGate], then the socket handler, which
/// takes the requests of its path, then [RestHandler], which hands over to a virtual thread.
public final class HttpServer implements AutoCloseable {
    private static final String WEB_FOLDER = "web/";

    private final HttpConfig config;
    private final RouteTable routes;
    private final AtomicBoolean sawForwardedHeader = new AtomicBoolean();
    private final Optional<Certificates> certificates;
    private volatile boolean draining;
    private final ChannelGroup connections =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
    private final Dispatcher dispatcher;
    private final EventLoopGroup loops;
    private final Channel acceptor;

    private HttpServer(
            HttpConfig config,
            RouteTable routes,
            WebFiles web,
            Authenticator authenticator,
            RequestListener listener,
            Supplier<ChannelHandler> socketHandler)
            throws IOException {
        this.config = config;
        this.routes = routes;
        Front front = config.front();
        certificates =
                front.tls().isPresent()
                        ? Optional.of(Certificates.load(front.tls().get(), config.clock()))
                        : Optional.empty();
        var door = new FrontDoor(front, config.publicUrl(), sawForwardedHeader);
        var strangers =
                new Strangers(front.limits().connectionsPerAddress(), door.proxies(), listener);
        dispatcher = new Dispatcher(authenticator, door.basePath(), front.limits(), config.clock());
        var budget = new BodyBudget(config.maxBodiesTotal());
        loops =
                new MultiThreadIoEventLoopGroup(
                        config.eventLoops(),
                        new DefaultThreadFactory("http", true),
                        NioIoHandler.newFactory());
        var bootstrap =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        connections.add(channel);
                                        boolean tls = certificates.isPresent();
                                        strangers
                                                .watch(channel, tls)
                                                .ifPresent(channel.pipeline()::addLast);
                                        certificates.ifPresent(
                                                c ->
                                                        channel.pipeline()
                                                                .addLast(
                                                                        new TlsGate(
                                                                                c,
                                                                                config
                                                                                        .headTimeout())));
                                        var timeouts = new ConnectionTimeouts(config);
                                        channel.pipeline()
                                                .addLast(timeouts)
                                                .addLast(
                                                        new HttpServerCodec(
                                                                HeadCheck.decoder(config)))
                                                .addLast(new RequestGate(timeouts, door, listener))
                                                .addLast(socketHandler.get())
                                                .addLast(
                                                        new RestHandler(
                                                                routes,
                                                                web,
                                                                dispatcher,
                                                                budget,
                                                                handlers,
                                                                listener));
                                        if (draining) {
                                            // Accepted too late to be in the list that was told.
                                            channel.eventLoop().execute(() -> drain(channel));
                                        }
                                    }
                                });
        ChannelFuture bound = bootstrap.bind(config.address()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            handlers.shutdown();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException(
                    "cannot listen on "
                            + config.address().getHostString()
                            + ":"
                            + config.address().getPort(),
                    bound.cause());
        }
        acceptor = bound.channel();
    }

    /// Names the limits that hold for all relays of a service together.
    public void share(LimitRegistry with) {
        dispatcher.share(with);
    }

    /// Like [#start(HttpConfig, Consumer, Authenticator, HealthCheck, RequestListener, Supplier)]
    /// with nobody told about the requests.
    public static HttpServer start(
            HttpConfig config,
            Consumer<Routes> registration,
            Authenticator authenticator,
            HealthCheck health,
            Supplier<ChannelHandler> socketHandler)
            throws IOException {
        return start(
                config, registration, authenticator, health, RequestListener.NONE, socketHandler);
    }

    /// Listens with the open routes that are registered and nothing else: no browser UI, no health,
    /// no sockets, and no bearer is valid.
    ///
    /// @throws IOException when the address cannot be used
    public static HttpServer startBare(HttpConfig config, Consumer<Routes> registration)
            throws IOException {
        return startBare(
                config, registration, RequestListener.NONE, ChannelInboundHandlerAdapter::new);
    }

    /// Like [#startBare(HttpConfig, Consumer)], with sockets.
    public static HttpServer startBare(
            HttpConfig config,
            Consumer<Routes> registration,
            RequestListener listener,
            Supplier<ChannelHandler> socketHandler)
            throws IOException {
        var routes = new RouteTable(config.maxBody());
        registration.accept(routes);
        return new HttpServer(
                config, routes, WebFiles.none(), _ -> Optional.empty(), listener, socketHandler);
    }

    /// Listens on the address of the configuration.
    ///
    /// @param registration adds the routes of the features; `GET /`, `GET /health`, `GET /ready`
    ///     and the browser UI (folder `web/` of the class path, where present) are there already
    /// @param listener told about answered requests
    /// @param socketHandler a new handler for each connection, behind the HTTP codec: it consumes
    ///     the requests of its path and passes all others on
    /// @throws IOException when the address cannot be used
    public static HttpServer start(
            HttpConfig config,
            Consumer<Routes> registration,
            Authenticator authenticator,
            HealthCheck health,
            RequestListener listener,
            Supplier<ChannelHandler> socketHandler)
            throws IOException {
        var web = new WebFiles(HttpServer.class.getClassLoader(), WEB_FOLDER);
        var routes = new RouteTable(config.maxBody());
        new ServiceRoutes(web, health).register(routes);
        registration.accept(routes);
        return new HttpServer(config, routes, web, authenticator, listener, socketHandler);
    }

    /// Where the server listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) acceptor.localAddress();
    }

    public int port() {
        return address().getPort();
    }

    /// Every route, in the order of registration; the browser UI has none.
    public List<RouteInfo> routes() {
        return routes.all();
    }

    /// Whether any request since the start carried `Forwarded` or an `X-Forwarded-` header, which
    /// tells that a proxy stands before this server.
    public boolean sawForwardedHeader() {
        return sawForwardedHeader.get();
    }

    /// Takes a changed certificate for new connections; does nothing without TLS. Reads files.
    public void refreshCertificates() {
        certificates.ifPresent(Certificates::refresh);
    }

    /// Who sent the request that is in progress on this connection of the server. Its event loop
    /// only.
    public static SocketAddress client(Channel channel) {
        Visit visit = channel.attr(Visit.KEY).get();
        return visit == null ? channel.remoteAddress() : visit.client();
    }

    /// The client of this connection has proved who it is. Its event loop only.
    public static void known(Channel channel) {
        Strangers.known(channel);
    }

    /// Accepts no further connection, ends idle ones, and ends the others with the answer that they
    /// wait for. Upgraded connections stay; they belong to the socket handler.
    public void stopAccepting() {
        draining = true;
        acceptor.close().awaitUninterruptibly();
        connections.forEach(HttpServer::drain);
    }

    private static void drain(Channel connection) {
        connection.pipeline().fireUserEventTriggered(RequestGate.Drain.EVENT);
    }

    /// Lets the requests in progress end, up to [HttpConfig#stopTimeout()], then ends everything.
    @Override
    public void close() {
        stopAccepting();
        connections
                .newCloseFuture()
                .awaitUninterruptibly(config.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        handlers.shutdownNow();
    }
}
