package dev.roosthold.relay.http;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.limits.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Receives one request at a time (see [RequestGate]) and hands it to the [Dispatcher].
///
/// A body of up to [#SMALL] bytes is collected first and everything else is done in one go. A
/// larger one, or one of unknown length, is only received after the caller was found, so that
/// nobody without a bearer can occupy memory. Event loop of its connection only.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends the channel
final class RestHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(RestHandler.class);
    private static final int SMALL = 64 << 10;
    private static final int PIECE = 32 << 10;
    private static final String HAPPY_CLIENT = "x-happy-client";

    /// What becomes of the request that is being received.
    private static final class Exchange {
        final Dispatcher.@Nullable Head head;
        final Answer otherwise;
        final Body body;
        Dispatcher.@Nullable Admitted admitted;
        @Nullable Answer bodyRefusal;
        final String method;
        final String happyClient;
        final long begunNanos = System.nanoTime();
        boolean complete;
        boolean waiting;
        @Nullable DeviceId shown;

        /// @param head null when the answer is known already
        Exchange(HttpRequest request, Dispatcher.@Nullable Head head, Answer otherwise, Body body) {
            this.method = request.method().name();
            this.happyClient = request.headers().get(HAPPY_CLIENT, "");
            this.head = head;
            this.otherwise = otherwise;
            this.body = body;
        }
    }

    private final RouteTable routes;
    private final WebFiles web;
    private final Dispatcher dispatcher;
    private final BodyBudget budget;
    private final Executor handlers;
    private final RequestListener listener;
    private @Nullable Exchange current;
    private boolean known;
    private @Nullable ByteBuf leaving;

    RestHandler(
            RouteTable routes,
            WebFiles web,
            Dispatcher dispatcher,
            BodyBudget budget,
            Executor handlers,
            RequestListener listener) {
        this.routes = routes;
        this.web = web;
        this.dispatcher = dispatcher;
        this.budget = budget;
        this.handlers = handlers;
        this.listener = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpObject)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            if (message instanceof HttpRequest request) {
                begin(ctx, request);
            }
            if (message instanceof HttpContent content) {
                receive(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Exchange exchange = current;
        current = null;
        leaving = null;
        if (exchange != null && !exchange.waiting) {
            exchange.body.release();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("connection failed", cause);
        ctx.close();
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        long announced =
                HttpUtil.isTransferEncodingChunked(request)
                        ? Long.MAX_VALUE
                        : HttpUtil.getContentLength(request, 0L);
        Exchange exchange = exchange(ctx, request, announced);
        current = exchange;
        String expectation = request.headers().get(HttpHeaderNames.EXPECT);
        boolean continueExpected = HttpUtil.is100ContinueExpected(request);
        if (expectation != null && !continueExpected) {
            finish(ctx, exchange, Answer.of(Failures.expectation()));
            return;
        }
        Dispatcher.Head head = exchange.head;
        if (announced <= Math.min(SMALL, exchange.body.limit())) {
            if (continueExpected) {
                sendContinue(ctx);
            }
        } else if (head == null) {
            finish(ctx, exchange, exchange.otherwise);
        } else {
            admitFirst(ctx, exchange, head, announced, continueExpected);
        }
    }

    private Exchange exchange(ChannelHandlerContext ctx, HttpRequest request, long announced) {
        String method = request.method().name();
        Target target = Target.of(request.uri());
        if (method.equals("OPTIONS")) {
            return new Exchange(
                    request, null, Answer.preflight(), new Body(budget, SMALL, announced));
        }
        Optional<RouteTable.Match> match =
                routes.find(method, target).or(() -> web.find(method, target, request.headers()));
        if (match.isEmpty()) {
            Answer notFound = Answer.of(Failures.notFound(method, target));
            return new Exchange(request, null, notFound, new Body(budget, SMALL, announced));
        }
        var head = new Dispatcher.Head(method, target, match.get(), request.headers(), visit(ctx));
        int limit = match.get().route().maxBody();
        return new Exchange(
                request,
                head,
                Answer.of(Failures.tooLarge(limit)),
                new Body(budget, limit, announced));
    }

    private static Visit visit(ChannelHandlerContext ctx) {
        Visit visit = ctx.channel().attr(Visit.KEY).get();
        return visit != null
                ? visit
                : new Visit(
                        (InetSocketAddress) ctx.channel().remoteAddress(), false, Optional.empty());
    }

    private void admitFirst(
            ChannelHandlerContext ctx,
            Exchange exchange,
            Dispatcher.Head head,
            long announced,
            boolean continueExpected) {
        exchange.waiting = true;
        ctx.channel().config().setAutoRead(false);
        handlers.execute(
                () -> {
                    Dispatcher.Admission admission = dispatcher.admit(head);
                    onLoop(
                            ctx,
                            () -> admitted(ctx, exchange, admission, announced, continueExpected));
                });
    }

    private void admitted(
            ChannelHandlerContext ctx,
            Exchange exchange,
            Dispatcher.Admission admission,
            long announced,
            boolean continueExpected) {
        exchange.waiting = false;
        ctx.channel().config().setAutoRead(true);
        if (current != exchange) {
            exchange.body.release();
            return;
        }
        int limit = exchange.body.limit();
        switch (admission) {
            case Dispatcher.Refused(Response response) ->
                    finish(ctx, exchange, Answer.of(response));
            case Dispatcher.Admitted _ when announced != Long.MAX_VALUE && announced > limit ->
                    finish(ctx, exchange, exchange.otherwise);
            case Dispatcher.Admitted admitted -> {
                exchange.admitted = admitted;
                exchange.shown = shown(admitted);
                if (exchange.bodyRefusal != null) {
                    finish(ctx, exchange, exchange.bodyRefusal);
                } else if (exchange.complete) {
                    dispatch(ctx, exchange);
                } else if (continueExpected) {
                    sendContinue(ctx);
                }
            }
        }
    }

    private void receive(ChannelHandlerContext ctx, HttpContent content) {
        Exchange exchange = current;
        if (exchange == null || exchange.bodyRefusal != null) {
            return;
        }
        switch (exchange.body.add(content.content())) {
            case OK -> {}
            case TOO_LARGE -> {
                refuseBody(ctx, exchange, exchange.otherwise);
                return;
            }
            case OVER_BUDGET -> {
                refuseBody(ctx, exchange, Answer.of(Failures.overloaded()));
                return;
            }
        }
        if (content instanceof LastHttpContent) {
            exchange.complete = true;
            if (!exchange.waiting) {
                dispatch(ctx, exchange);
            }
        }
    }

    private void refuseBody(ChannelHandlerContext ctx, Exchange exchange, Answer answer) {
        if (exchange.waiting) {
            // The caller is not known yet and 401 goes before everything else.
            exchange.bodyRefusal = answer;
        } else {
            finish(ctx, exchange, answer);
        }
    }

    private void dispatch(ChannelHandlerContext ctx, Exchange exchange) {
        Dispatcher.Head head = exchange.head;
        if (head == null) {
            finish(ctx, exchange, exchange.otherwise);
            return;
        }
        exchange.waiting = true;
        handlers.execute(
                () -> {
                    Answer answer = answer(head, exchange);
                    onLoop(
                            ctx,
                            () -> {
                                exchange.waiting = false;
                                finish(ctx, exchange, answer);
                            });
                });
    }

    private static void onLoop(ChannelHandlerContext ctx, Runnable task) {
        try {
            ctx.executor().execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("the server stopped before a request was answered");
        }
    }

    private Answer answer(Dispatcher.Head head, Exchange exchange) {
        // A large body may have taken minutes: whoever was revoked meanwhile is let in no more.
        Dispatcher.Admission admission =
                exchange.admitted == null || exchange.admitted.caller().isPresent()
                        ? dispatcher.admit(head)
                        : exchange.admitted;
        return switch (admission) {
            case Dispatcher.Refused(Response response) -> Answer.of(response);
            case Dispatcher.Admitted admitted -> {
                exchange.shown = shown(admitted);
                yield dispatcher.answer(
                        head, admitted, exchange.body.bytes(), exchange.body.size());
            }
        };
    }

    /// Answers; where the body is still on its way the connection ends with the answer.
    private void finish(ChannelHandlerContext ctx, Exchange exchange, Answer answer) {
        exchange.body.release();
        if (current == exchange) {
            current = null;
            if (exchange.shown != null && !known) {
                known = true;
                Strangers.known(ctx.channel());
            }
            send(ctx, answer, !exchange.complete);
            listener.answered(told(ctx, exchange, answer.status()));
        }
    }

    /// A large body goes out in pieces, as fast as the client takes them: handed over at once, the
    /// network layer would copy all of it for every client that reads slowly.
    private void send(ChannelHandlerContext ctx, Answer answer, boolean close) {
        if (answer.body().length <= PIECE) {
            ctx.writeAndFlush(answer.toHttp(close));
            return;
        }
        ctx.write(answer.head(close));
        leaving = Unpooled.wrappedBuffer(answer.body());
        sendOn(ctx);
    }

    private void sendOn(ChannelHandlerContext ctx) {
        ByteBuf body = leaving;
        if (body == null) {
            return;
        }
        while (body.isReadable() && ctx.channel().isWritable()) {
            ByteBuf piece = body.readRetainedSlice(Math.min(PIECE, body.readableBytes()));
            if (body.isReadable()) {
                ctx.write(new DefaultHttpContent(piece));
            } else {
                leaving = null;
                ctx.write(new DefaultLastHttpContent(piece));
            }
        }
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            sendOn(ctx);
        }
        ctx.fireChannelWritabilityChanged();
    }

    private static RequestListener.Answered told(
            ChannelHandlerContext ctx, Exchange exchange, int status) {
        Dispatcher.Head head = exchange.head;
        InetSocketAddress remote = head == null ? visit(ctx).client() : head.visit().client();
        return new RequestListener.Answered(
                exchange.method,
                head == null ? "(none)" : head.match().route().pattern(),
                status,
                exchange.happyClient,
                System.nanoTime() - exchange.begunNanos,
                ClientAddress.of(remote),
                Optional.ofNullable(exchange.shown));
    }

    private static @Nullable DeviceId shown(Dispatcher.Admitted admitted) {
        return admitted.caller().map(Caller::device).orElse(null);
    }

    private static void sendContinue(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
}
