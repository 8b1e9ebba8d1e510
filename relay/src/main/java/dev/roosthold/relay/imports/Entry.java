package dev.roosthold.relay.imports;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One row of the other server. Times are Unix milliseconds; ids, versions and numbers are the
/// other server's.
public sealed interface Entry {

    /// A person. Accounts come first, in the order in which they were made.
    ///
    /// @param publicKey 32 bytes
    /// @param seq number of the latest update
    /// @param avatar complete as clients want it, or null
    @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
    record Account(
            String id,
            byte[] publicKey,
            long seq,
            @Nullable String settings,
            long settingsVersion,
            @Nullable String firstName,
            @Nullable String lastName,
            @Nullable String username,
            @Nullable JsonNode avatar,
            long createdAt)
            implements Entry {}

    /// A machine.
    ///
    /// @param dataEncryptionKey base64
    record Machine(
            String id,
            String account,
            String metadata,
            long metadataVersion,
            @Nullable String daemonState,
            long daemonStateVersion,
            @Nullable String dataEncryptionKey,
            long activeAt,
            long createdAt,
            long updatedAt)
            implements Entry {}

    /// A session.
    ///
    /// @param dataEncryptionKey base64
    /// @param seq number of the latest message
    record Session(
            String id,
            String account,
            String tag,
            String metadata,
            long metadataVersion,
            @Nullable String agentState,
            long agentStateVersion,
            @Nullable String dataEncryptionKey,
            long seq,
            long activeAt,
            long createdAt,
            long updatedAt)
            implements Entry {}

    /// The messages of a session come together, ordered by (seq, createdAt, id).
    ///
    /// @param content the encrypted text
    record Message(
            String id,
            String session,
            @Nullable String localId,
            long seq,
            String content,
            long createdAt,
            long updatedAt)
            implements Entry {}

    record AccessKey(
            String id,
            String account,
            String machine,
            String session,
            String data,
            long version,
            long createdAt,
            long updatedAt)
            implements Entry {}

    @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
    record Artifact(
            String id,
            String account,
            long seq,
            byte[] header,
            long headerVersion,
            byte[] body,
            long bodyVersion,
            byte[] dataEncryptionKey,
            long createdAt,
            long updatedAt)
            implements Entry {}

    /// A key-value pair.
    ///
    /// @param value null when the pair was deleted
    @SuppressWarnings("ArrayRecordComponent") // carried once, never compared
    record KvPair(
            String id,
            String account,
            String key,
            byte @Nullable [] value,
            long version,
            long createdAt,
            long updatedAt)
            implements Entry {}

    /// The latest report of one key in one session.
    ///
    /// @param session null for the account as a whole
    /// @param tokens numbers by kind, with `total`; likewise `cost`
    /// @param createdAt of the first report of the key, by which the other server sums
    record Usage(
            String id,
            String account,
            @Nullable String session,
            String key,
            JsonNode tokens,
            JsonNode cost,
            long createdAt)
            implements Entry {}

    /// How one person stands to another.
    ///
    /// @param status one of [dev.roosthold.protocol.social.RelationStatus]
    record Relationship(
            String from,
            String to,
            String status,
            long createdAt,
            long updatedAt,
            @Nullable Long acceptedAt,
            @Nullable Long lastNotifiedAt)
            implements Entry {
        @Override
        public String id() {
            return from + " - " + to;
        }
    }

    record FeedItem(
            String id,
            String account,
            long counter,
            @Nullable String repeatKey,
            JsonNode body,
            long createdAt)
            implements Entry {}

    record PushToken(String id, String account, String token, long createdAt, long updatedAt)
            implements Entry {}

    /// What names the row in a report; never a secret.
    String id();
}
