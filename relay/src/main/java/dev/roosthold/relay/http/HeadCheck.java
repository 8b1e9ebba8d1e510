package dev.roosthold.relay.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Optional;

/// Refuses requests whose extent two programs in a row could judge differently, which is how
/// requests are smuggled past a proxy (RFC 9112, sections 3.2, 6.1, 6.3 and 11.2).
final class HeadCheck {
    private HeadCheck() {}

    static HttpDecoderConfig decoder(HttpConfig config) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(config.maxRequestLine())
                .setMaxHeaderSize(config.maxHeaders())
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setHeadersFactory(DefaultHttpHeadersFactory.headersFactory())
                .setTrailersFactory(DefaultHttpHeadersFactory.trailersFactory());
    }

    /// What is wrong with the head of a request.
    static Optional<Response> problem(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Optional.of(
                    switch (request.decoderResult().cause()) {
                        case TooLongHttpLineException _ ->
                                Failures.of(414, "URI Too Long", "The request line is too long");
                        case TooLongHttpHeaderException _ ->
                                Failures.of(
                                        431,
                                        "Request Header Fields Too Large",
                                        "The headers are too large");
                        default -> malformed("The request is malformed");
                    });
        }
        HttpHeaders headers = request.headers();
        boolean http11 = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || http11 && hosts == 0) {
            return Optional.of(malformed("One Host header is needed"));
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return Optional.empty();
        }
        boolean chunkedOnly =
                codings.size() == 1 && codings.getFirst().strip().equalsIgnoreCase("chunked");
        if (!http11 || !chunkedOnly) {
            return Optional.of(malformed("Transfer-Encoding must be chunked"));
        }
        if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return Optional.of(
                    malformed("Content-Length and Transfer-Encoding exclude each other"));
        }
        return Optional.empty();
    }

    static Response malformed(String message) {
        return Failures.of(400, "Bad Request", message);
    }
}
