package dev.roosthold.socketio;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns the messages of one connection into packets. Event loop of the connection only.
final class PacketDecoder {
    /// Names that clients and servers use for events of their own.
    private static final Set<String> RESERVED_EVENTS =
            Set.of(
                    "connect",
                    "connect_error",
                    "disconnect",
                    "disconnecting",
                    "newListener",
                    "removeListener");

    /// Longest acknowledgement id: all digits that a JavaScript number holds exactly.
    private static final int MAX_ID_DIGITS = 16;

    private final JsonMapper reader;
    private final int maxAttachments;
    private @Nullable Packet incomplete;
    private @Nullable List<byte[]> received;

    /// @param reader with the limits for nesting and lengths
    PacketDecoder(JsonMapper reader, int maxAttachments) {
        this.reader = reader;
        this.maxAttachments = maxAttachments;
    }

    static boolean isReserved(String event) {
        return RESERVED_EVENTS.contains(event);
    }

    /// A packet that waits for attachments is returned too, so that its address can be checked
    /// before they come; it is complete when [Packet#attachments()] is 0, otherwise [#binary]
    /// returns it again.
    Packet text(byte[] utf8, int offset, int length) throws InvalidPacketException {
        if (incomplete != null) {
            throw new InvalidPacketException("text where an attachment was due");
        }
        Packet packet = parse(utf8, offset, offset + length);
        if (packet.attachments() > 0) {
            incomplete = packet;
            received = new ArrayList<>(packet.attachments());
        }
        return packet;
    }

    /// Takes an attachment; returns the packet when it was the last one.
    @Nullable Packet binary(byte[] data) throws InvalidPacketException {
        Packet packet = incomplete;
        List<byte[]> attachments = received;
        if (packet == null || attachments == null) {
            throw new InvalidPacketException("attachment without a packet");
        }
        attachments.add(data);
        if (attachments.size() < packet.attachments()) {
            return null;
        }
        incomplete = null;
        received = null;
        return packet.withData(fill(java.util.Objects.requireNonNull(packet.data()), attachments));
    }

    private Packet parse(byte[] data, int start, int end) throws InvalidPacketException {
        PacketType type = start < end ? PacketType.of(data[start]) : null;
        if (type == null) {
            throw new InvalidPacketException("unknown packet type");
        }
        int at = start + 1;
        int attachments = 0;
        if (type.binary()) {
            int dash = digitsEnd(data, at, end);
            if (dash == at || dash - at > 4 || dash == end || data[dash] != '-') {
                throw new InvalidPacketException("attachment count missing");
            }
            attachments = (int) number(data, at, dash);
            if (attachments > maxAttachments) {
                throw new InvalidPacketException("too many attachments");
            }
            at = dash + 1;
        }
        String namespace = "/";
        if (at < end && data[at] == '/') {
            int comma = at;
            while (comma < end && data[comma] != ',') {
                comma++;
            }
            namespace = namespace(data, at, comma);
            at = Math.min(end, comma + 1);
        }
        int idEnd = digitsEnd(data, at, end);
        if (idEnd - at > MAX_ID_DIGITS) {
            throw new InvalidPacketException("acknowledgement id too long");
        }
        long id = idEnd == at ? Packet.NO_ID : number(data, at, idEnd);
        JsonNode payload = idEnd == end ? null : json(data, idEnd, end);
        check(type, id, payload);
        return new Packet(type, namespace, id, payload, attachments);
    }

    /// Clients of earlier revisions may append a query to the name; it has no meaning.
    private static String namespace(byte[] data, int from, int to) {
        String name = new String(data, from, to - from, java.nio.charset.StandardCharsets.UTF_8);
        int query = name.indexOf('?');
        return query < 0 ? name : name.substring(0, query);
    }

    private JsonNode json(byte[] data, int from, int to) throws InvalidPacketException {
        try {
            JsonNode node = reader.readTree(data, from, to - from);
            if (node == null || node.isMissingNode()) {
                throw new InvalidPacketException("no JSON");
            }
            return node;
        } catch (JacksonException malformed) {
            throw new InvalidPacketException("malformed JSON");
        }
    }

    private static void check(PacketType type, long id, @Nullable JsonNode data)
            throws InvalidPacketException {
        boolean valid =
                switch (type) {
                    case CONNECT -> id == Packet.NO_ID && (data == null || data.isObject());
                    case DISCONNECT -> id == Packet.NO_ID && data == null;
                    case EVENT, BINARY_EVENT ->
                            data != null
                                    && data.isArray()
                                    && !data.isEmpty()
                                    && data.get(0).isString()
                                    && !isReserved(data.get(0).stringValue());
                    case ACK, BINARY_ACK -> id != Packet.NO_ID && data != null && data.isArray();
                    case CONNECT_ERROR -> false;
                };
        if (!valid) {
            throw new InvalidPacketException("invalid payload of " + type);
        }
    }

    /// Puts attachments in the place of their placeholders. Recursion is bounded by the reader's
    /// nesting limit.
    private static JsonNode fill(JsonNode node, List<byte[]> attachments)
            throws InvalidPacketException {
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode child = array.get(i);
                if (child.isContainer()) {
                    array.set(i, fill(child, attachments));
                }
            }
            return array;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        JsonNode placeholder = object.get("_placeholder");
        if (placeholder != null && placeholder.isBoolean() && placeholder.booleanValue()) {
            JsonNode num = object.get("num");
            if (num == null || !num.isInt()) {
                throw new InvalidPacketException("placeholder without a number");
            }
            int index = num.intValue();
            if (index < 0 || index >= attachments.size()) {
                throw new InvalidPacketException("placeholder without an attachment");
            }
            return object.binaryNode(attachments.get(index));
        }
        for (var property : object.properties()) {
            if (property.getValue().isContainer()) {
                property.setValue(fill(property.getValue(), attachments));
            }
        }
        return object;
    }

    private static int digitsEnd(byte[] data, int from, int end) {
        int at = from;
        while (at < end && data[at] >= '0' && data[at] <= '9') {
            at++;
        }
        return at;
    }

    private static long number(byte[] data, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + (data[i] - '0');
        }
        return value;
    }
}
