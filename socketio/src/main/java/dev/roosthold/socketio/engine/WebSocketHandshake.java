package dev.roosthold.socketio.engine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The opening handshake of a websocket (RFC 6455, section 4.2).
///
/// @param accept the value of `Sec-WebSocket-Accept`
/// @param deflate whether permessage-deflate was agreed
record WebSocketHandshake(String accept, boolean deflate) {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// The handshake that the request asks for, or null when it does not ask for one correctly.
    static @Nullable WebSocketHandshake of(HttpRequest request, boolean compression) {
        HttpHeaders headers = request.headers();
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        if (!request.method().equals(HttpMethod.GET)
                || key == null
                || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.containsValue(
                        HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
                || !isKey(key.trim())) {
            return null;
        }
        String offers = String.join(",", headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
        return new WebSocketHandshake(accept(key.trim()), compression && offersDeflate(offers));
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /// An offer that insists on a smaller window for our side is passed over: the JDK's deflater
    /// has only the largest.
    private static boolean offersDeflate(String offers) {
        for (String offer : offers.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = offer.strip().split(";", -1);
            if (parts[0].strip().equals("permessage-deflate")
                    && !offer.contains("server_max_window_bits")) {
                return true;
            }
        }
        return false;
    }

    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this JDK has no SHA-1", impossible);
        }
    }

    /// The whole answer as bytes, for writing in front of the HTTP codec.
    byte[] response() {
        String extensions =
                deflate
                        ? "sec-websocket-extensions: permessage-deflate; server_no_context_takeover;"
                                + " client_no_context_takeover\r\n"
                        : "";
        return ("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                        + "sec-websocket-accept: "
                        + accept
                        + "\r\n"
                        + extensions
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
