package dev.roosthold.relay.description;

import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.http.WebFile;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// `GET /v1/openapi.json` and `GET /v1/asyncapi.json`. No bearer is needed: they hold what is in
/// the source and nothing of anybody's, and a client that is being written has no token yet.
///
/// Each is put together when it is asked for first: a relay that nobody asks need not start later
/// for it. Thread-safe.
public final class DescriptionRoutes {
    /// Documents that are kept. The host of a request is anybody's word, so that these are bounded;
    /// who comes under one more name gets a document that names no address.
    private static final int MAX_KEPT = 16;

    /// A document for those who reach the relay there.
    private record Copy(Document document, Optional<String> site) {}

    private final String version;
    private final Optional<String> publicSite;
    private final Map<Copy, WebFile> kept = new ConcurrentHashMap<>();

    /// @param version of the program
    /// @param publicUrl where clients reach the relay; without it that is where the request found
    ///     it
    public DescriptionRoutes(String version, Optional<URI> publicUrl) {
        this.version = version;
        this.publicSite =
                publicUrl
                        .map(URI::toString)
                        .map(url -> url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
    }

    public void register(Routes routes) {
        routes.open("GET", "/v1/openapi.json", request -> answer(Document.OPENAPI, request));
        routes.open("GET", "/v1/asyncapi.json", request -> answer(Document.ASYNCAPI, request));
    }

    private Response answer(Document document, Request request) {
        var copy = new Copy(document, publicSite.or(request::site));
        WebFile file = kept.get(copy);
        if (file == null) {
            file =
                    kept.computeIfAbsent(
                            kept.size() < MAX_KEPT ? copy : new Copy(document, Optional.empty()),
                            c -> WebFile.of(document.name(), document.print(version, c.site())));
        }
        return file.answer(request.headers());
    }
}
