package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.util.JsonGeneratorDelegate;
import tools.jackson.databind.json.JsonMapper;

/// Turns packets for clients into messages. Thread-safe.
final class PacketEncoder {
    private static final int SIZE_HINT = 256;

    private final JsonMapper mapper;

    PacketEncoder(JsonMapper mapper) {
        this.mapper = mapper;
    }

    EngineMessage event(String namespace, long id, String event, List<@Nullable Object> args) {
        return encode(PacketType.EVENT, PacketType.BINARY_EVENT, namespace, id, event, args);
    }

    EngineMessage ack(String namespace, long id, List<@Nullable Object> args) {
        return encode(PacketType.ACK, PacketType.BINARY_ACK, namespace, id, null, args);
    }

    EngineMessage disconnect(String namespace) {
        return EngineMessage.finish(
                begin(PacketType.DISCONNECT, 0, namespace, Packet.NO_ID), List.of());
    }

    EngineMessage connect(String namespace, String socketId, @Nullable String pid) {
        ByteBuf buffer = begin(PacketType.CONNECT, 0, namespace, Packet.NO_ID);
        try (JsonGenerator json = mapper.createGenerator(stream(buffer))) {
            json.writeStartObject();
            json.writeStringProperty("sid", socketId);
            if (pid != null) {
                json.writeStringProperty("pid", pid);
            }
            json.writeEndObject();
        }
        return EngineMessage.finish(buffer, List.of());
    }

    EngineMessage connectError(String namespace, String message, @Nullable Object data) {
        ByteBuf buffer = begin(PacketType.CONNECT_ERROR, 0, namespace, Packet.NO_ID);
        boolean complete = false;
        try (JsonGenerator json = mapper.createGenerator(stream(buffer))) {
            json.writeStartObject();
            json.writeStringProperty("message", message);
            if (data != null) {
                json.writeName("data");
                mapper.writeValue(json, data);
            }
            json.writeEndObject();
            complete = true;
        } finally {
            if (!complete) {
                buffer.release();
            }
        }
        return EngineMessage.finish(buffer, List.of());
    }

    private EngineMessage encode(
            PacketType plain,
            PacketType binary,
            String namespace,
            long id,
            @Nullable String event,
            List<@Nullable Object> args) {
        ByteBuf buffer = begin(plain, 0, namespace, id);
        int jsonStart = buffer.writerIndex();
        List<byte[]> attachments;
        boolean complete = false;
        try {
            attachments = write(stream(buffer), event, args);
            complete = true;
        } finally {
            if (!complete) {
                buffer.release();
            }
        }
        if (attachments.isEmpty()) {
            return EngineMessage.finish(buffer, attachments);
        }
        // The number of attachments stands in front and is known only now.
        ByteBuf counted = begin(binary, attachments.size(), namespace, id);
        counted.writeBytes(buffer, jsonStart, buffer.writerIndex() - jsonStart);
        buffer.release();
        return EngineMessage.finish(counted, attachments);
    }

    private List<byte[]> write(
            OutputStream out, @Nullable String event, List<@Nullable Object> args) {
        try (AttachingGenerator json = new AttachingGenerator(mapper.createGenerator(out))) {
            json.writeStartArray();
            if (event != null) {
                json.writeString(event);
            }
            for (Object arg : args) {
                if (arg instanceof String text) {
                    json.writeString(text);
                } else if (arg == null) {
                    json.writeNull();
                } else {
                    mapper.writeValue(json, arg);
                }
            }
            json.writeEndArray();
            return json.attachments();
        }
    }

    private static ByteBuf begin(PacketType type, int attachments, String namespace, long id) {
        ByteBuf buffer = EngineMessage.begin(ByteBufAllocator.DEFAULT, SIZE_HINT);
        buffer.writeByte(type.digit());
        if (attachments > 0) {
            ByteBufUtil.writeAscii(buffer, attachments + "-");
        }
        if (namespace.length() > 1) {
            ByteBufUtil.writeUtf8(buffer, namespace);
            buffer.writeByte(',');
        }
        if (id != Packet.NO_ID) {
            ByteBufUtil.writeAscii(buffer, Long.toString(id));
        }
        return buffer;
    }

    private static OutputStream stream(ByteBuf buffer) {
        return new ByteBufOutputStream(buffer);
    }

    /// Replaces binary values, wherever they stand, by placeholders and collects them. A number too
    /// large for a double, which JSON has no form for once it was read, is printed as null, as
    /// JavaScript prints it.
    private static final class AttachingGenerator extends JsonGeneratorDelegate {
        private @Nullable List<byte[]> attachments;

        AttachingGenerator(JsonGenerator delegate) {
            super(delegate, false);
        }

        List<byte[]> attachments() {
            List<byte[]> collected = attachments;
            return collected == null ? List.of() : collected;
        }

        @Override
        public JsonGenerator writeBinary(
                Base64Variant variant, byte[] data, int offset, int length) {
            return placeholder(Arrays.copyOfRange(data, offset, offset + length));
        }

        @Override
        public JsonGenerator writeBinary(byte[] data, int offset, int length) {
            return placeholder(Arrays.copyOfRange(data, offset, offset + length));
        }

        @Override
        public JsonGenerator writeBinary(byte[] data) {
            return placeholder(data);
        }

        @Override
        public int writeBinary(Base64Variant variant, InputStream data, int length) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                if (length < 0) {
                    data.transferTo(bytes);
                } else {
                    bytes.writeBytes(data.readNBytes(length));
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            placeholder(bytes.toByteArray());
            return bytes.size();
        }

        @Override
        public JsonGenerator writeNumber(double value) {
            return Double.isFinite(value) ? super.writeNumber(value) : writeNull();
        }

        @Override
        public JsonGenerator writeNumber(float value) {
            return Float.isFinite(value) ? super.writeNumber(value) : writeNull();
        }

        private JsonGenerator placeholder(byte[] data) {
            List<byte[]> collected = attachments;
            if (collected == null) {
                collected = new ArrayList<>();
                attachments = collected;
            }
            writeStartObject();
            writeBooleanProperty("_placeholder", true);
            writeNumberProperty("num", collected.size());
            writeEndObject();
            collected.add(data);
            return this;
        }
    }
}
