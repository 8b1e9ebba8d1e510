package dev.roosthold.socketio.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One encoded message to clients, shared by all its receivers: a text message and the binary
/// messages that must follow it without anything between.
///
/// The bytes are kept as websocket frames, because frames of a server are not masked and so are the
/// same for every receiver. Reference counted: [EngineSession#send] takes over one reference,
/// [#retain()] adds one. Thread-safe.
public final class EngineMessage {
    /// Room that [#begin] leaves in front of the payload for the longest frame header.
    private static final int HEADER_RESERVE = 10;

    private static final ByteBuf[] NONE = {};

    static final EngineMessage PING = constant("2");
    static final EngineMessage NOOP = constant("6");

    private final ByteBuf frame;
    private final ByteBuf[] attachments;
    private final int size;
    private volatile @Nullable EngineMessage deflated;

    private EngineMessage(ByteBuf frame, ByteBuf[] attachments) {
        this.frame = frame;
        this.attachments = attachments;
        int bytes = frame.readableBytes();
        for (ByteBuf attachment : attachments) {
            bytes = (int) Math.min(Integer.MAX_VALUE, (long) bytes + attachment.readableBytes());
        }
        this.size = bytes;
    }

    private static EngineMessage constant(String packet) {
        ByteBuf payload = Unpooled.directBuffer(HEADER_RESERVE + packet.length());
        payload.setIndex(HEADER_RESERVE, HEADER_RESERVE);
        payload.writeCharSequence(packet, StandardCharsets.US_ASCII);
        ByteBuf frame = withHeader(payload, WebSocketFrames.FIN | WebSocketFrames.TEXT);
        return new EngineMessage(Unpooled.unreleasableBuffer(frame), NONE);
    }

    /// A buffer for the text of a message; write UTF-8 to it and pass it to [#finish].
    public static ByteBuf begin(ByteBufAllocator alloc, int sizeHint) {
        ByteBuf buffer = alloc.directBuffer(HEADER_RESERVE + 1 + sizeHint);
        buffer.setIndex(HEADER_RESERVE, HEADER_RESERVE);
        return buffer.writeByte('4');
    }

    /// Completes a message. Takes over the buffer.
    ///
    /// @param payload from [#begin]
    /// @param binaries binary messages that follow at once
    public static EngineMessage finish(ByteBuf payload, List<byte[]> binaries) {
        ByteBuf frame = withHeader(payload, WebSocketFrames.FIN | WebSocketFrames.TEXT);
        if (binaries.isEmpty()) {
            return new EngineMessage(frame, NONE);
        }
        ByteBuf[] frames = new ByteBuf[binaries.size()];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = binaryFrame(payload.alloc(), binaries.get(i));
        }
        return new EngineMessage(frame, frames);
    }

    /// A packet whose type is the first byte given.
    static EngineMessage packet(ByteBufAllocator alloc, byte[] packet) {
        ByteBuf buffer = alloc.directBuffer(HEADER_RESERVE + packet.length);
        buffer.setIndex(HEADER_RESERVE, HEADER_RESERVE);
        return finish(buffer.writeBytes(packet), List.of());
    }

    /// A message of text alone.
    public static EngineMessage text(ByteBufAllocator alloc, byte[] utf8, int offset, int length) {
        return finish(begin(alloc, length).writeBytes(utf8, offset, length), List.of());
    }

    /// A binary message of its own.
    public static EngineMessage binary(ByteBufAllocator alloc, byte[] data) {
        return new EngineMessage(binaryFrame(alloc, data), NONE);
    }

    private static ByteBuf binaryFrame(ByteBufAllocator alloc, byte[] data) {
        ByteBuf buffer = alloc.directBuffer(HEADER_RESERVE + data.length);
        buffer.setIndex(HEADER_RESERVE, HEADER_RESERVE);
        return withHeader(buffer.writeBytes(data), WebSocketFrames.FIN | WebSocketFrames.BINARY);
    }

    private static ByteBuf withHeader(ByteBuf payload, int firstByte) {
        int length = payload.readableBytes();
        int start = payload.readerIndex() - WebSocketFrames.headerLength(length);
        WebSocketFrames.writeHeader(payload, start, firstByte, length);
        return payload.readerIndex(start);
    }

    public EngineMessage retain() {
        frame.retain();
        for (ByteBuf attachment : attachments) {
            attachment.retain();
        }
        return this;
    }

    public void release() {
        if (frame.release()) {
            EngineMessage compressed = deflated;
            if (compressed != null && compressed != this) {
                compressed.release();
            }
        }
        for (ByteBuf attachment : attachments) {
            attachment.release();
        }
    }

    /// A copy of the text with its type byte in front.
    public byte[] textPacket() {
        return payload(frame);
    }

    /// Copies of the binary messages that follow the text.
    public List<byte[]> binaries() {
        return Arrays.stream(attachments).map(EngineMessage::payload).toList();
    }

    private static byte[] payload(ByteBuf frame) {
        int start = frame.readerIndex() + WebSocketFrames.headerLengthOf(frame);
        return ByteBufUtil.getBytes(frame, start, frame.writerIndex() - start);
    }

    /// Bytes on the wire, uncompressed.
    public int size() {
        return size;
    }

    /// The same message with its long frames compressed; made once for all receivers, not to be
    /// released.
    EngineMessage deflated() {
        EngineMessage made = deflated;
        if (made == null) {
            synchronized (this) {
                made = deflated;
                if (made == null) {
                    made = deflate();
                    deflated = made;
                }
            }
        }
        return made;
    }

    private EngineMessage deflate() {
        ByteBuf[] frames = new ByteBuf[attachments.length];
        boolean changed = false;
        ByteBuf text = deflate(frame);
        changed |= text != frame;
        for (int i = 0; i < frames.length; i++) {
            frames[i] = deflate(attachments[i]);
            changed |= frames[i] != attachments[i];
        }
        if (!changed) {
            return this;
        }
        // Short parts are copied, so that the two messages never hold references to each other's
        // buffers.
        for (int i = 0; i < frames.length; i++) {
            if (frames[i] == attachments[i]) {
                frames[i] = attachments[i].copy();
            }
        }
        return new EngineMessage(text == frame ? frame.copy() : text, frames);
    }

    private static ByteBuf deflate(ByteBuf frame) {
        int start = frame.readerIndex() + WebSocketFrames.headerLengthOf(frame);
        int length = frame.writerIndex() - start;
        if (length < Deflate.THRESHOLD) {
            return frame;
        }
        byte[] compressed = Deflate.deflate(ByteBufUtil.getBytes(frame, start, length));
        ByteBuf buffer = frame.alloc().directBuffer(HEADER_RESERVE + compressed.length);
        buffer.setIndex(HEADER_RESERVE, HEADER_RESERVE);
        int first = frame.getUnsignedByte(frame.readerIndex()) | WebSocketFrames.RSV1;
        return withHeader(buffer.writeBytes(compressed), first);
    }

    ByteBuf frame() {
        return frame;
    }

    ByteBuf[] attachments() {
        return attachments;
    }

    /// Bytes this message takes in the body of a poll answer, without separators.
    int pollSize() {
        int bytes = pollSize(frame);
        for (ByteBuf attachment : attachments) {
            bytes += 1 + pollSize(attachment);
        }
        return bytes;
    }

    private static int pollSize(ByteBuf frame) {
        int payload = frame.readableBytes() - WebSocketFrames.headerLengthOf(frame);
        return WebSocketFrames.isBinary(frame) ? 1 + (payload + 2) / 3 * 4 : payload;
    }

    /// Appends the packets of this message to the body of a poll answer.
    void writeTo(ByteBuf body) {
        writeTo(body, frame);
        for (ByteBuf attachment : attachments) {
            writeTo(body, attachment);
        }
    }

    private static void writeTo(ByteBuf body, ByteBuf frame) {
        if (body.isReadable()) {
            body.writeByte(PollPayload.SEPARATOR);
        }
        int start = frame.readerIndex() + WebSocketFrames.headerLengthOf(frame);
        int length = frame.writerIndex() - start;
        if (WebSocketFrames.isBinary(frame)) {
            byte[] data = ByteBufUtil.getBytes(frame, start, length);
            body.writeByte('b').writeBytes(java.util.Base64.getEncoder().encode(data));
        } else {
            body.writeBytes(frame, start, length);
        }
    }
}
