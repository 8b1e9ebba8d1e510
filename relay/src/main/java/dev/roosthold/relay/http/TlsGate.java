package dev.roosthold.relay.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// Stands first on a port with TLS: begins it for clients that speak it, and tells those that speak
/// plain HTTP what is wrong. Event loop of its connection only.
@SuppressWarnings("FutureReturnValueIgnored") // the connection ends anyway
final class TlsGate extends ByteToMessageDecoder {
    /// First byte of a TLS handshake (RFC 8446, section 5.1).
    private static final int HANDSHAKE = 22;

    private static final String BODY = "{\"error\":\"This port speaks https\"}";
    private static final byte[] NOT_TLS =
            ("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                            + "Content-Type: application/json; charset=utf-8\r\nContent-Length: "
                            + BODY.length()
                            + "\r\n\r\n"
                            + BODY)
                    .getBytes(StandardCharsets.US_ASCII);

    private final Certificates certificates;
    private final Duration handshakeTimeout;
    private boolean refused;

    TlsGate(Certificates certificates, Duration handshakeTimeout) {
        this.certificates = certificates;
        this.handshakeTimeout = handshakeTimeout;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else if (in.getUnsignedByte(in.readerIndex()) == HANDSHAKE) {
            SslHandler tls = certificates.context().newHandler(ctx.alloc());
            tls.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
            ctx.pipeline().addAfter(ctx.name(), "frames", new Frames());
            // Replacing hands on what was read already.
            ctx.pipeline().replace(this, "tls", tls);
        } else {
            refused = true;
            in.skipBytes(in.readableBytes());
            ctx.writeAndFlush(Unpooled.wrappedBuffer(NOT_TLS))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    /// Frames may be shared with other connections, but the TLS handler gathers small buffers by
    /// writing into the first one: it only gets views that cannot be written to.
    static final class Frames extends ChannelDuplexHandler {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ctx.write(message instanceof ByteBuf bytes ? bytes.asReadOnly() : message, promise);
        }

        /// Failed handshakes are everyday noise of the internet.
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof io.netty.handler.codec.DecoderException
                    || cause instanceof javax.net.ssl.SSLException) {
                ctx.close();
            } else {
                ctx.fireExceptionCaught(cause);
            }
        }
    }
}
