package dev.roosthold.client.sessions;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.FieldUpdater;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.client.Versioned;
import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// Changes metadata and agent state of a session, see [FieldUpdater]: of writers that race, none
/// loses what another has written. Thread-safe.
public final class SessionUpdater {
    private final SessionId session;
    private final FieldUpdater fields;

    /// @param backoff pauses after a lost race
    /// @param pause waits between two rounds
    public SessionUpdater(
            SessionId session,
            EncryptedJson encryption,
            Backoff backoff,
            FieldUpdater.Pause pause) {
        this.session = session;
        fields = new FieldUpdater(encryption, backoff, pause);
    }

    /// Blocks until the relay holds the changed object. The relay's refusal has no reason here;
    /// [UpdateResult.Missing] is every one of them.
    ///
    /// @param base the field as it was last seen; may be out of date
    /// @param change must give the same result when applied again to its own result
    /// @param patience for each acknowledgement
    /// @throws dev.roosthold.client.SocketGoneException when the connection ends or an
    ///     acknowledgement does not come; then it is not known whether the change was stored, and
    ///     the same update can be made again
    public UpdateResult update(
            RelaySocket socket,
            SessionField field,
            Versioned base,
            UnaryOperator<ObjectNode> change,
            Duration patience)
            throws InterruptedException {
        return fields.update(
                socket,
                new FieldUpdater.Field(field.event(), "sid", session.value(), field.wireName(), ""),
                base,
                change,
                patience);
    }
}
