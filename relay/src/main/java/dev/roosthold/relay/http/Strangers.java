package dev.roosthold.relay.http;

import dev.roosthold.relay.limits.ClientAddress;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Counts the connections of each address that have not shown a valid bearer. Thread-safe; holds as
/// many entries as there are addresses connected.
final class Strangers {
    /// The client of this connection is known now: it no longer counts.
    enum Known {
        EVENT
    }

    /// How long a connection that is turned away may take to read why.
    private static final long PATIENCE_SECONDS = 2;

    private static final String BODY = "{\"error\":\"Too many connections\"}";
    private static final byte[] TURNED_AWAY =
            ("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nConnection: close\r\n"
                            + "Content-Type: application/json; charset=utf-8\r\nContent-Length: "
                            + BODY.length()
                            + "\r\n\r\n"
                            + BODY)
                    .getBytes(StandardCharsets.US_ASCII);

    private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();
    private final int limit;
    private final Proxies proxies;
    private final RequestListener listener;

    Strangers(int limit, Proxies proxies, RequestListener listener) {
        this.limit = limit;
        this.proxies = proxies;
        this.listener = listener;
    }

    /// What the pipeline of a new connection begins with; empty where nothing counts it: a proxy
    /// brings the requests of many.
    Optional<ChannelHandler> watch(Channel channel, boolean tls) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress peer) || proxies.trusts(peer)) {
            return Optional.empty();
        }
        String address = ClientAddress.network(peer);
        boolean admitted = byAddress.merge(address, 1, Integer::sum) <= limit;
        if (!admitted) {
            leave(address);
            listener.turnedAway(429, ClientAddress.of(peer));
        }
        return Optional.of(admitted ? new Watch(address) : new TurnAway(tls));
    }

    /// Tells the connection's watch that its client is known.
    static void known(Channel channel) {
        channel.pipeline().fireUserEventTriggered(Known.EVENT);
    }

    private void leave(String address) {
        byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }

    /// Lives in the pipeline as long as the connection counts.
    private final class Watch extends ChannelInboundHandlerAdapter {
        private final String address;

        Watch(String address) {
            this.address = address;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == Known.EVENT) {
                ctx.pipeline().remove(this);
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            leave(address);
        }
    }

    /// Answers whatever comes and ends the connection. Under TLS the client sees the end only.
    @SuppressWarnings("FutureReturnValueIgnored") // the connection ends anyway
    static final class TurnAway extends ChannelInboundHandlerAdapter {
        private final boolean tls;
        private boolean answered;

        TurnAway(boolean tls) {
            this.tls = tls;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.executor().schedule(() -> ctx.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            if (answered) {
                return;
            }
            answered = true;
            if (tls) {
                ctx.close();
                return;
            }
            // Half a close first: what the client still sends would make its system throw away the
            // answer unread.
            ctx.writeAndFlush(Unpooled.wrappedBuffer(TURNED_AWAY))
                    .addListener(
                            _ -> {
                                if (ctx.channel() instanceof DuplexChannel channel) {
                                    channel.shutdownOutput();
                                }
                            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
