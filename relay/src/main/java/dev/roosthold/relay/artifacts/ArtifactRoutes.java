package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.artifacts.Artifact;
import dev.roosthold.protocol.artifacts.ArtifactUpdateAnswer;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/v1/artifacts`.
public final class ArtifactRoutes {
    static final String FOREIGN = "Artifact with this ID already exists for another account";
    static final String NOT_FOUND = "Artifact not found";

    /// The largest artifact in base64, which takes four characters for three bytes, and its fields.
    private static final int MAX_REQUEST = 12 << 20;

    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Artifacts artifacts;

    public ArtifactRoutes(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    public void register(Routes routes) {
        Routes large = routes.withBodyLimit(MAX_REQUEST);
        routes.accountBearer("GET", "/v1/artifacts", this::list);
        large.accountBearer("POST", "/v1/artifacts", this::create);
        routes.accountBearer("GET", "/v1/artifacts/:id", this::get);
        large.accountBearer("POST", "/v1/artifacts/:id", this::update);
        routes.accountBearer("DELETE", "/v1/artifacts/:id", this::delete);
    }

    private Response list(Request request) {
        return Response.ok(artifacts.list(request.requireCaller().account()));
    }

    private Response create(Request request) {
        var fields = Fields.body(request);
        String id = fields.text("id");
        if (!UUID.matcher(id).matches()) {
            fields.problem("id", "Invalid UUID");
        }
        Ciphertext header = ciphertext(fields, "header", Ciphertext.MAX_HEADER);
        Ciphertext body = ciphertext(fields, "body", Ciphertext.MAX_BODY);
        Ciphertext key = ciphertext(fields, "dataEncryptionKey", Ciphertext.MAX_KEY);
        fields.check();
        var fresh =
                new ArtifactTable.Fresh(
                        new ArtifactKey(request.requireCaller().account(), id), header, body, key);
        return switch (artifacts.create(fresh)) {
            case Created.Found(var artifact) -> Response.ok(artifact);
            case Created.Foreign() -> Response.error(409, FOREIGN);
        };
    }

    private Response get(Request request) {
        Optional<Artifact> artifact = artifacts.find(key(request));
        return artifact.isPresent() ? Response.ok(artifact.get()) : notFound();
    }

    private Response update(Request request) {
        var fields = Fields.body(request);
        Edit header = edit(fields, "header", "expectedHeaderVersion", Ciphertext.MAX_HEADER);
        Edit body = edit(fields, "body", "expectedBodyVersion", Ciphertext.MAX_BODY);
        fields.check();
        return switch (artifacts.update(key(request), header, body)) {
            case ArtifactWrite.Saved(var newHeader, var newBody) ->
                    Response.ok(ArtifactUpdateAnswer.saved(version(newHeader), version(newBody)));
            case ArtifactWrite.Mismatch(var currentHeader, var currentBody) ->
                    Response.ok(ArtifactUpdateAnswer.mismatch(currentHeader, currentBody));
            case ArtifactWrite.Unknown() -> notFound();
        };
    }

    private Response delete(Request request) {
        return artifacts.delete(key(request)) ? Response.ok(Success.OK) : notFound();
    }

    /// A part that comes without the version it replaces cannot be written: it is refused, where
    /// older relays accepted it and wrote nothing.
    private static @Nullable Edit edit(
            Fields fields, String part, String expectedVersion, int maxBytes) {
        if (fields.node(part).isMissingNode()) {
            var _ = fields.optionalInteger(expectedVersion, 0, Integer.MAX_VALUE);
            return null;
        }
        return new Edit(ciphertext(fields, part, maxBytes), fields.version(expectedVersion));
    }

    private static Ciphertext ciphertext(Fields fields, String name, int maxBytes) {
        Optional<Ciphertext> read = Ciphertext.parse(fields.text(name), maxBytes);
        if (read.isEmpty()) {
            fields.problem(name, "must be base64 of at most " + maxBytes + " bytes");
        }
        return read.orElseGet(() -> new Ciphertext(new byte[0], ""));
    }

    private static @Nullable Integer version(@Nullable Versioned part) {
        return part == null ? null : part.version();
    }

    private static ArtifactKey key(Request request) {
        return new ArtifactKey(request.requireCaller().account(), request.parameter("id"));
    }

    private static Response notFound() {
        return Response.error(404, NOT_FOUND);
    }
}
