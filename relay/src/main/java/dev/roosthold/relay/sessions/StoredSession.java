package dev.roosthold.relay.sessions;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.sessions.Session;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.SessionKey;
import org.jspecify.annotations.Nullable;

/// The row of a session.
///
/// @param seq highest message number
/// @param active as it was written last, by whichever relay
/// @param activeAt when it was active last, as far as it was written
record StoredSession(
        SessionId id,
        long seq,
        String metadata,
        int metadataVersion,
        @Nullable String agentState,
        int agentStateVersion,
        @Nullable String dataEncryptionKey,
        boolean active,
        long activeAt,
        long createdAt,
        long updatedAt) {

    SessionKey key(AccountId account) {
        return new SessionKey(account, id);
    }

    /// What the row says.
    Activity stored() {
        return new Activity(active, activeAt);
    }

    Session with(Activity activity) {
        return new Session(
                id,
                seq,
                metadata,
                metadataVersion,
                agentState,
                agentStateVersion,
                dataEncryptionKey,
                activity.active(),
                activity.activeAtMs(),
                createdAt,
                updatedAt);
    }

    UpdateBody.NewSession newSession(Activity activity) {
        return new UpdateBody.NewSession(
                id,
                seq,
                metadata,
                metadataVersion,
                agentState,
                agentStateVersion,
                dataEncryptionKey,
                activity.active(),
                activity.activeAtMs(),
                createdAt,
                updatedAt);
    }

    Versioned field(VersionedField field) {
        return switch (field) {
            case METADATA -> new Versioned(metadata, metadataVersion);
            case AGENT_STATE -> new Versioned(agentState, agentStateVersion);
        };
    }

    /// Everything, for a socket that has just connected.
    UpdateBody.UpdateSession fullUpdate() {
        return new UpdateBody.UpdateSession(
                id, field(VersionedField.METADATA), field(VersionedField.AGENT_STATE));
    }
}
