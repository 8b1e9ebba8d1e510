package dev.roosthold.relay.http;

import dev.roosthold.protocol.Codec;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/// A [Response] in the bytes that go out. Made on the thread that made the response, so that
/// printing JSON never holds up an event loop.
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
    private static final String JSON = "application/json; charset=utf-8";
    private static final Map<String, String> JSON_HEADERS =
            Map.of("cache-control", "no-store", "x-content-type-options", "nosniff");
    private static final Map<String, String> PREFLIGHT =
            Map.of(
                    "access-control-allow-methods",
                    "GET, POST, PUT, PATCH, DELETE",
                    // By name: a star does not cover Authorization (fetch standard).
                    "access-control-allow-headers",
                    "Authorization, Content-Type, X-Happy-Client",
                    "access-control-max-age",
                    "86400");

    /// The date of one second.
    private record Stamp(long second, String text) {}

    private static volatile Stamp stamp = new Stamp(0, "");

    static Answer of(Response response) {
        return switch (response) {
            case Response.Json(int status, Object body) ->
                    new Answer(status, JSON, Codec.print(body), JSON_HEADERS);
            case Response.TooMany(String error, Duration after) -> {
                var headers = new HashMap<>(JSON_HEADERS);
                headers.put("retry-after", String.valueOf(Math.max(1, after.toSeconds())));
                yield new Answer(429, JSON, Codec.print(Map.of("error", error)), headers);
            }
            case Response.Bytes bytes ->
                    new Answer(bytes.status(), bytes.contentType(), bytes.body(), bytes.headers());
        };
    }

    /// The same answer with one more header.
    Answer with(String name, String value) {
        var more = new HashMap<>(headers);
        more.put(name, value);
        return new Answer(status, contentType, body, more);
    }

    static Answer preflight() {
        return new Answer(204, "", new byte[0], PREFLIGHT);
    }

    /// @param close whether the connection ends with this answer
    FullHttpResponse toHttp(boolean close) {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(status),
                        Unpooled.wrappedBuffer(body));
        fill(response.headers(), close);
        return response;
    }

    /// The answer without its body, which follows in pieces.
    HttpResponse head(boolean close) {
        var response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        fill(response.headers(), close);
        return response;
    }

    private void fill(HttpHeaders out, boolean close) {
        headers.forEach(out::set);
        out.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        out.set(HttpHeaderNames.DATE, date());
        if (!contentType.isEmpty()) {
            out.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        if (status != 204 && status != 304) {
            out.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        if (close) {
            out.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    private static String date() {
        Instant now = Instant.now();
        Stamp current = stamp;
        if (current.second() != now.getEpochSecond()) {
            String text = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC));
            current = new Stamp(now.getEpochSecond(), text);
            stamp = current;
        }
        return current.text();
    }
}
