package dev.roosthold.relay.description;

import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.http.WebFile;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// `GET /openapi.json` and `GET /asyncapi.json`. Each is put together when it is asked for first:
/// a relay that nobody asks need not start later for it.
public final class DescriptionRoutes {
    private final String version;
    private final Map<Document, WebFile> kept = new ConcurrentHashMap<>();

    /// @param version of the program
    public DescriptionRoutes(String version) {
        this.version = version;
    }

    public void register(Routes routes) {
        routes.open("GET", "/openapi.json", request -> answer(Document.OPENAPI, request));
        routes.open("GET", "/asyncapi.json", request -> answer(Document.ASYNCAPI, request));
    }

    private Response answer(Document document, Request request) {
        return kept.computeIfAbsent(
                        document, d -> WebFile.of(d.files().getFirst(), d.print(version)))
                .answer(request.headers());
    }
}
