package dev.roosthold.relay.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What is judged of every request before anybody looks at what it wants: who sends it, from which
/// page, under which path. For REST and sockets alike. Thread-safe.
final class FrontDoor {
    private static final Response ORIGIN_REFUSED = Response.error(403, "Origin not allowed");

    private final Proxies proxies;
    private final Origins origins;
    private final String basePath;
    private final AtomicBoolean sawForwardedHeader;

    FrontDoor(Front front, Optional<URI> publicUrl, AtomicBoolean sawForwardedHeader) {
        this.proxies = new Proxies(front.trustedProxies());
        this.origins =
                new Origins(
                        front.allowedOrigins(),
                        publicUrl.map(url -> url.getScheme() + "://" + url.getRawAuthority()));
        this.basePath =
                front.basePath().isEmpty()
                        ? publicUrl.map(FrontDoor::path).orElse("")
                        : front.basePath();
        this.sawForwardedHeader = sawForwardedHeader;
    }

    Proxies proxies() {
        return proxies;
    }

    String basePath() {
        return basePath;
    }

    /// Notes who comes, takes the base path off, and says what is wrong, if anything.
    Optional<Response> enter(Channel channel, HttpRequest request) {
        HttpHeaders headers = request.headers();
        noteForwarding(headers);
        boolean tls = channel.pipeline().get(SslHandler.class) != null;
        Visit visit = proxies.visit((InetSocketAddress) channel.remoteAddress(), tls, headers);
        channel.attr(Visit.KEY).set(visit);
        if (!origins.all()) {
            for (String origin : headers.getAll(HttpHeaderNames.ORIGIN)) {
                if (!origins.admits(origin, visit.authority())) {
                    return Optional.of(ORIGIN_REFUSED);
                }
            }
        }
        return basePath.isEmpty() ? Optional.empty() : takeOffBasePath(request);
    }

    /// Every answer is what its type says and nothing that a browser would rather see in it. Names
    /// the one page that may read the answer, instead of all, where not all may.
    ///
    /// @param origin of the request that is answered, when it was admitted with one
    void leave(HttpResponse response, @Nullable String origin) {
        HttpHeaders headers = response.headers();
        headers.set("x-content-type-options", "nosniff");
        if (origins.all()) {
            return;
        }
        headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
        if (origin == null) {
            headers.remove(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN);
        } else {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }

    private Optional<Response> takeOffBasePath(HttpRequest request) {
        String target = Target.of(request.uri()).received();
        if (!target.startsWith(basePath)) {
            return Optional.empty();
        }
        String rest = target.substring(basePath.length());
        if (rest.startsWith("/")) {
            request.setUri(rest);
        } else if (rest.isEmpty() || rest.startsWith("?")) {
            // The page's own addresses are relative to the slash.
            return Optional.of(
                    new Response.Bytes(
                            308, "", new byte[0], Map.of("location", basePath + "/" + rest)));
        }
        return Optional.empty();
    }

    private static String path(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private void noteForwarding(HttpHeaders headers) {
        if (sawForwardedHeader.get()) {
            return;
        }
        for (var header : headers) {
            String name = header.getKey();
            if (name.equalsIgnoreCase("forwarded")
                    || name.regionMatches(true, 0, "x-forwarded-", 0, 12)) {
                sawForwardedHeader.set(true);
            }
        }
    }
}
