package dev.roosthold.relay.http;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request target: what stands between method and version (RFC 9112, section 3.2).
///
/// @param received origin form as it was sent, with query
/// @param path without query, not decoded
/// @param query without the question mark, not decoded
record Target(String received, String path, String query) {

    /// Takes the absolute form too, of which only path and query count.
    static Target of(String uri) {
        String origin = uri;
        if (!uri.startsWith("/")) {
            int authority = uri.indexOf("://");
            int slash = authority < 0 ? -1 : uri.indexOf('/', authority + 3);
            if (slash >= 0) {
                origin = uri.substring(slash);
            } else if (authority >= 0) {
                origin = "/";
            }
        }
        int mark = origin.indexOf('?');
        return mark < 0
                ? new Target(origin, origin, "")
                : new Target(origin, origin.substring(0, mark), origin.substring(mark + 1));
    }

    /// Segments of the path, not decoded; `/a/` has an empty last one.
    List<String> segments() {
        return path.startsWith("/") ? List.of(path.substring(1).split("/", -1)) : List.of("*");
    }

    /// First value by name. A percent sign that begins no escape stands for itself, as in the
    /// servers that clients know.
    Map<String, String> queryParameters() {
        if (query.isEmpty()) {
            return Map.of();
        }
        var parameters = new LinkedHashMap<String, String>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!name.isEmpty()) {
                parameters.putIfAbsent(
                        decodeForm(name), equals < 0 ? "" : decodeForm(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    /// Percent-decodes one segment; empty when it is malformed or not UTF-8.
    static Optional<String> decodeSegment(String segment) {
        if (segment.indexOf('%') < 0) {
            return Optional.of(segment);
        }
        var bytes = new ArrayList<Byte>(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c != '%') {
                for (byte b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    bytes.add(b);
                }
                continue;
            }
            int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
            int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            bytes.add((byte) (high << 4 | low));
            i += 2;
        }
        var buffer = ByteBuffer.allocate(bytes.size());
        bytes.forEach(buffer::put);
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(buffer.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String decodeForm(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
