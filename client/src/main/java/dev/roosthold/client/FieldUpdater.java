package dev.roosthold.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Changes an encrypted field of a row by compare-and-set: encrypts the changed object, sends
/// it with the version it is based on, and when another writer was faster takes the value and
/// version that came back, applies the change to that, and tries again after a short random pause.
///
/// The relay answers a mismatch with what is current after the failed write, so each round makes
/// progress. An acknowledgement that got lost does no harm: applied to its own result, a change
/// that is already there sends nothing.
public final class FieldUpdater {
    /// So many lost races in a row mean that something else is wrong.
    private static final int MAX_ROUNDS = 100;

    private final EncryptedJson encryption;
    private final Backoff backoff;
    private final Pause pause;

    /// Waits between two rounds.
    @FunctionalInterface
    public interface Pause {
        void pause(Duration duration) throws InterruptedException;
    }

    /// How the relay knows a field.
    ///
    /// @param event the event that changes it
    /// @param idName name of the row's id in the event
    /// @param valueName name of the field in the event and its answer
    /// @param missing the message of an error when the row does not exist; empty when errors come
    ///     without a message, so that every error is taken for this one
    public record Field(String event, String idName, String id, String valueName, String missing) {}

    /// @param pause waits between two rounds
    public FieldUpdater(EncryptedJson encryption, Backoff backoff, Pause pause) {
        this.encryption = encryption;
        this.backoff = backoff;
        this.pause = pause;
    }

    /// Blocks until the relay holds the changed object. A field that was never written is an empty
    /// object to the change. Nothing is sent when the change changes nothing.
    ///
    /// @param base the field as it was last seen; may be out of date
    /// @param change must give the same result when applied again to its own result
    /// @param patience for each acknowledgement
    /// @throws SocketGoneException when the connection ends or an acknowledgement does not come;
    ///     then it is not known whether the change was stored
    public UpdateResult update(
            RelaySocket socket,
            Field field,
            Versioned base,
            UnaryOperator<ObjectNode> change,
            Duration patience)
            throws InterruptedException {
        Versioned current = base;
        for (int round = 1; round <= MAX_ROUNDS; round++) {
            Optional<ObjectNode> opened = open(current.value());
            if (opened.isEmpty()) {
                return new UpdateResult.Unreadable(current);
            }
            ObjectNode changed = change.apply(opened.get().deepCopy());
            if (current.value() != null && changed.equals(opened.get())) {
                return new UpdateResult.Saved(current);
            }
            switch (send(socket, field, changed, current.version(), patience)) {
                case Answer.Done(UpdateResult result) -> {
                    return result;
                }
                case Answer.Mismatch(Versioned now) -> current = now;
            }
            pause.pause(backoff.pause(round));
        }
        return new UpdateResult.Refused("too many writers at the same time");
    }

    private Optional<ObjectNode> open(@Nullable String value) {
        return value == null ? Optional.of(Json.object()) : encryption.open(value);
    }

    private sealed interface Answer {
        record Done(UpdateResult result) implements Answer {}

        record Mismatch(Versioned now) implements Answer {}
    }

    private Answer send(
            RelaySocket socket,
            Field field,
            ObjectNode object,
            int expectedVersion,
            Duration patience)
            throws InterruptedException {
        ObjectNode request = Json.object();
        request.put(field.idName(), field.id());
        request.put(field.valueName(), encryption.seal(object));
        request.put("expectedVersion", expectedVersion);
        JsonNode answer = await(socket.call(field.event(), request, patience));
        String result = answer.path("result").asString("");
        if (result.equals("error")) {
            String message = Json.forPeople(answer.path("message").asString(""));
            return new Answer.Done(
                    message.equals(field.missing())
                            ? new UpdateResult.Missing()
                            : new UpdateResult.Refused(message.isEmpty() ? "error" : message));
        }
        try {
            Versioned now =
                    new Versioned(
                            Json.textOrNull(answer, field.valueName()),
                            Json.integer(answer, "version"));
            return switch (result) {
                case "success" -> new Answer.Done(new UpdateResult.Saved(now));
                case "version-mismatch" -> new Answer.Mismatch(now);
                default -> new Answer.Done(new UpdateResult.Refused("unknown answer"));
            };
        } catch (IllegalArgumentException e) {
            return new Answer.Done(new UpdateResult.Refused("unknown answer"));
        }
    }

    private static JsonNode await(CompletableFuture<JsonNode> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SocketGoneException gone) {
                throw gone;
            }
            throw new IllegalStateException(e);
        }
    }
}
