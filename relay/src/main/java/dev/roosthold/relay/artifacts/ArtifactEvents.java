package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.artifacts.ArtifactAck;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.limits.Texts;
import dev.roosthold.relay.socket.ErrorForm;
import dev.roosthold.relay.socket.InvalidParameters;
import dev.roosthold.relay.socket.Payload;
import dev.roosthold.relay.socket.SocketCaller;
import dev.roosthold.relay.socket.SocketEvents;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The socket events of artifacts. Sockets of every scope may send them, as long as they were
/// opened with a credential of the account.
public final class ArtifactEvents {
    private static final int MAX_ID = 200;

    private final Artifacts artifacts;

    public ArtifactEvents(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    public void register(SocketEvents events) {
        events.on("artifact-read", ErrorForm.RESULT_WITH_MESSAGE, this::read);
        events.on("artifact-create", ErrorForm.RESULT_WITH_MESSAGE, this::create);
        events.on("artifact-update", ErrorForm.RESULT_WITH_MESSAGE, this::update);
        events.on("artifact-delete", ErrorForm.RESULT_WITH_MESSAGE, this::delete);
    }

    /// `artifact-read`.
    private Optional<Object> read(SocketCaller socket, Payload payload) {
        ArtifactKey key = key(socket, payload, "artifactId");
        return Optional.of(
                artifacts
                        .find(key)
                        .map(ArtifactAck::found)
                        .orElseThrow(() -> InvalidParameters.notFound(ArtifactRoutes.NOT_FOUND)));
    }

    /// `artifact-create`: unlike over REST the id need not be a UUID.
    private Optional<Object> create(SocketCaller socket, Payload payload) {
        ArtifactKey key = key(socket, payload, "id");
        if (key.id().length() > MAX_ID || !Texts.isPrintable(key.id())) {
            throw invalid("");
        }
        var fresh =
                new ArtifactTable.Fresh(
                        key,
                        ciphertext(payload, "header", Ciphertext.MAX_HEADER),
                        ciphertext(payload, "body", Ciphertext.MAX_BODY),
                        ciphertext(payload, "dataEncryptionKey", Ciphertext.MAX_KEY));
        return Optional.of(
                switch (artifacts.create(fresh)) {
                    case Created.Found(var artifact) -> ArtifactAck.found(artifact);
                    case Created.Foreign() -> throw new InvalidParameters(ArtifactRoutes.FOREIGN);
                });
    }

    /// `artifact-update`.
    private Optional<Object> update(SocketCaller socket, Payload payload) {
        ArtifactKey key = key(socket, payload, "artifactId");
        if (isAbsent(payload.node("header")) && isAbsent(payload.node("body"))) {
            throw new InvalidParameters("No updates provided");
        }
        Sent header = Sent.read(payload, "header");
        Sent body = Sent.read(payload, "body");
        Edit newHeader = edit(key, header, "header ", Ciphertext.MAX_HEADER);
        Edit newBody = edit(key, body, "body ", Ciphertext.MAX_BODY);
        return Optional.of(
                switch (artifacts.update(key, newHeader, newBody)) {
                    case ArtifactWrite.Saved(var headerNow, var bodyNow) ->
                            new ArtifactAck.Saved(
                                    ArtifactAck.SUCCESS, saved(headerNow), saved(bodyNow));
                    case ArtifactWrite.Mismatch(var currentHeader, var currentBody) ->
                            new ArtifactAck.Mismatch(
                                    ArtifactAck.VERSION_MISMATCH, currentHeader, currentBody);
                    case ArtifactWrite.Unknown() ->
                            throw InvalidParameters.notFound(ArtifactRoutes.NOT_FOUND);
                });
    }

    /// `artifact-delete`.
    private Optional<Object> delete(SocketCaller socket, Payload payload) {
        if (!artifacts.delete(key(socket, payload, "artifactId"))) {
            throw InvalidParameters.notFound(ArtifactRoutes.NOT_FOUND);
        }
        return Optional.of(new ArtifactAck.Done(ArtifactAck.SUCCESS));
    }

    /// A part as it was sent; its form is right, its text not yet looked at.
    private record Sent(String data, long expectedVersion) {

        static @Nullable Sent read(Payload payload, String part) {
            JsonNode node = payload.node(part);
            if (isAbsent(node)) {
                return null;
            }
            JsonNode data = node.path("data");
            JsonNode version = node.path("expectedVersion");
            if (!data.isString() || !version.isIntegralNumber() || !version.canConvertToLong()) {
                throw invalid(part + " ");
            }
            return new Sent(data.stringValue(), version.longValue());
        }
    }

    /// Clients know that an unknown artifact is named first, whatever the text of the part.
    private @Nullable Edit edit(ArtifactKey key, @Nullable Sent sent, String part, int maxBytes) {
        if (sent == null) {
            return null;
        }
        Optional<Ciphertext> content = Ciphertext.parse(sent.data(), maxBytes);
        if (content.isEmpty()) {
            throw artifacts.exists(key)
                    ? invalid(part)
                    : InvalidParameters.notFound(ArtifactRoutes.NOT_FOUND);
        }
        return new Edit(content.get(), sent.expectedVersion());
    }

    private static Ciphertext ciphertext(Payload payload, String name, int maxBytes) {
        return Ciphertext.parse(payload.text(name), maxBytes).orElseThrow(() -> invalid(""));
    }

    private static boolean isAbsent(JsonNode part) {
        return part.isMissingNode() || part.isNull();
    }

    private static ArtifactAck.@Nullable SavedPart saved(@Nullable Versioned part) {
        return part == null || part.value() == null
                ? null
                : new ArtifactAck.SavedPart(part.version(), part.value());
    }

    /// Artifacts belong to the account as a whole: the credential of a machine reaches none.
    private static ArtifactKey key(SocketCaller socket, Payload payload, String name) {
        if (socket.caller().scope() instanceof Scope.Machine) {
            throw new InvalidParameters("Forbidden");
        }
        return new ArtifactKey(socket.account(), payload.id(name));
    }

    private static InvalidParameters invalid(String part) {
        return new InvalidParameters("Invalid " + part + "parameters");
    }
}
