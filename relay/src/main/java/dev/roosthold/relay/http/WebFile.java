package dev.roosthold.relay.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// One file, such as those of the browser UI, ready to be sent. Thread-safe.
///
/// @param tag of the content, without quotes
/// @param zipped empty when compression does not pay
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
public record WebFile(
        String contentType, String tag, boolean immutable, byte[] plain, byte[] zipped) {
    private static final int WORTH_ZIPPING = 1024;

    /// The page runs only what came with it, is never framed and tells nobody where it was.
    private static final Map<String, String> SECURITY =
            Map.of(
                    "content-security-policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                            + " font-src 'self'; manifest-src 'self'; worker-src 'self';"
                            + " connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self';"
                            + " frame-ancestors 'none'",
                    "x-frame-options",
                    "DENY",
                    "x-content-type-options",
                    "nosniff",
                    "referrer-policy",
                    "no-referrer",
                    "cross-origin-opener-policy",
                    "same-origin",
                    "permissions-policy",
                    "geolocation=(), microphone=(), payment=()");

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("mjs", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("json", "application/json; charset=utf-8"),
                    Map.entry("map", "application/json; charset=utf-8"),
                    Map.entry("webmanifest", "application/manifest+json; charset=utf-8"),
                    Map.entry("svg", "image/svg+xml; charset=utf-8"),
                    Map.entry("txt", "text/plain; charset=utf-8"),
                    Map.entry("wasm", "application/wasm"),
                    Map.entry("png", "image/png"),
                    Map.entry("jpg", "image/jpeg"),
                    Map.entry("webp", "image/webp"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("woff2", "font/woff2"));

    /// @param path inside the folder; what lies below `assets/` has a hash in its name
    public static WebFile of(String path, byte[] content) {
        String extension = path.substring(path.lastIndexOf('.') + 1);
        String type = TYPES.getOrDefault(extension, "application/octet-stream");
        boolean text = type.endsWith("utf-8") || extension.equals("wasm");
        byte[] zipped = text && content.length >= WORTH_ZIPPING ? zip(content) : new byte[0];
        return new WebFile(type, tag(content), path.startsWith("assets/"), content, zipped);
    }

    /// The file, or 304 when the client has it; compressed when the client takes that.
    ///
    /// @param headers of the request, by lower-case name
    public Response answer(Map<String, String> headers) {
        boolean gzip =
                zipped.length > 0 && Accept.takesGzip(headers.getOrDefault("accept-encoding", ""));
        // Two encodings are two representations and need two tags (RFC 9110, 8.8.3.3).
        String quoted = '"' + tag + (gzip ? "-gz" : "") + '"';
        var out = new HashMap<>(SECURITY);
        out.put("etag", quoted);
        out.put("vary", "Accept, Accept-Encoding");
        out.put("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
        if (matches(headers.getOrDefault("if-none-match", ""), quoted)) {
            return new Response.Bytes(304, "", new byte[0], out);
        }
        if (gzip) {
            out.put("content-encoding", "gzip");
        }
        return new Response.Bytes(200, contentType, gzip ? zipped : plain, out);
    }

    private static boolean matches(String ifNoneMatch, String quoted) {
        return Arrays.stream(ifNoneMatch.split(","))
                .map(String::strip)
                .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
                .anyMatch(tag -> tag.equals("*") || tag.equals(quoted));
    }

    private static String tag(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Arrays.copyOf(digest, 12));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] zip(byte[] content) {
        var out = new ByteArrayOutputStream(content.length / 2);
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.size() < content.length ? out.toByteArray() : new byte[0];
    }
}
