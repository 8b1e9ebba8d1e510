package dev.roosthold.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One client connection, as cheap as possible so that the client is not what is measured: it looks
/// at the first bytes of a packet only and never parses JSON. Event loop of its connection only.
final class LoadSocket extends ChannelInboundHandlerAdapter {

    private static final ByteBuf PONG =
            Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer().writeBytes(frame("3")).asReadOnly());

    /// Where to connect, and with what.
    ///
    /// @param path of the endpoint, with slashes
    /// @param connect the CONNECT packet
    record Entrance(String path, String connect) {
        static final Entrance PLAIN = new Entrance("/socket.io/", "40");
    }

    private final Listener listener;
    private final String host;
    private final Entrance entrance;
    private ByteBuf cumulated = Unpooled.EMPTY_BUFFER;
    private boolean open;
    private boolean flushNeeded;
    private @Nullable Channel channel;

    /// Kept for whoever drives this socket.
    int counter;

    LoadSocket(Listener listener, String host, Entrance entrance) {
        this.listener = listener;
        this.host = host;
        this.entrance = entrance;
    }

    /// Told what arrives. Called on the socket's event loop.
    interface Listener {
        /// The server has answered CONNECT.
        void connected(LoadSocket socket);

        /// An EVENT or ACK packet; `packet` starts at its Engine.IO type and is only valid during
        /// the call.
        void packet(LoadSocket socket, ByteBuf packet);

        void closed(LoadSocket socket);

        /// The connection broke; [#closed] follows.
        void failed(LoadSocket socket, Throwable cause);
    }

    /// A masked text frame with that content. The mask is zero, which is legal and saves the work.
    static byte[] frame(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        var frame = Unpooled.buffer(payload.length + 14);
        frame.writeByte(0x81);
        if (payload.length < 126) {
            frame.writeByte(0x80 | payload.length);
        } else {
            frame.writeByte(0x80 | 126).writeShort(payload.length);
        }
        frame.writeInt(0).writeBytes(payload);
        return ByteBufUtil.getBytes(frame);
    }

    /// Queues a frame; it leaves at the end of this turn of the event loop when called while
    /// reading.
    void send(byte[] frame) {
        write(Unpooled.wrappedBuffer(frame));
    }

    /// Whether the connection was made and neither side has closed it, as far as this side knows.
    boolean isOpen() {
        var target = channel;
        return target != null && target.isActive();
    }

    void write(ByteBuf frame) {
        var target = channel;
        if (target != null) {
            target.write(frame, target.voidPromise());
            flushNeeded = true;
        }
    }

    void flush() {
        var target = channel;
        if (flushNeeded && target != null) {
            flushNeeded = false;
            target.flush();
        }
    }

    Channel channel() {
        return java.util.Objects.requireNonNull(channel, "not connected");
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        send(
                ("GET "
                                + entrance.path()
                                + "?EIO=4&transport=websocket HTTP/1.1\r\nHost: "
                                + host
                                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var arrived = (ByteBuf) message;
        var buffer = cumulated.isReadable() ? Unpooled.wrappedBuffer(cumulated, arrived) : arrived;
        if (open || skipHttpHead(buffer)) {
            open = true;
            while (readFrame(buffer)) {
                // one after the other
            }
        }
        cumulated = buffer.isReadable() ? buffer.copy() : Unpooled.EMPTY_BUFFER;
        buffer.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        listener.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        listener.failed(this, cause);
        context.close();
    }

    private static boolean skipHttpHead(ByteBuf buffer) {
        for (int i = buffer.readerIndex(); i + 3 < buffer.writerIndex(); i++) {
            if (buffer.getInt(i) == 0x0d0a0d0a) {
                buffer.readerIndex(i + 4);
                return true;
            }
        }
        return false;
    }

    private boolean readFrame(ByteBuf buffer) {
        int start = buffer.readerIndex();
        int readable = buffer.readableBytes();
        if (readable < 2) {
            return false;
        }
        int head = 2;
        long length = buffer.getByte(start + 1) & 0x7f;
        if (length == 126) {
            head = 4;
            length = readable < head ? 0 : buffer.getUnsignedShort(start + 2);
        } else if (length == 127) {
            head = 10;
            length = readable < head ? 0 : buffer.getLong(start + 2);
        }
        if (readable < head + length) {
            return false;
        }
        if ((buffer.getByte(start) & 0x0f) == 1 && length > 0) {
            packet(buffer.slice(start + head, (int) length));
        }
        buffer.readerIndex(start + head + (int) length);
        return true;
    }

    private void packet(ByteBuf packet) {
        switch (packet.getByte(0)) {
            case '0' -> send(frame(entrance.connect()));
            case '2' -> write(PONG.duplicate());
            case '4' -> {
                if (packet.getByte(1) == '0') {
                    listener.connected(this);
                } else {
                    listener.packet(this, packet);
                }
            }
            default -> {
                // noop and the rest do not matter here
            }
        }
    }
}
