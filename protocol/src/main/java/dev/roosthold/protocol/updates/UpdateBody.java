package dev.roosthold.protocol.updates;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.sessions.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What an update tells. Parts that did not change are absent.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "t")
@JsonSubTypes({
    @JsonSubTypes.Type(value = UpdateBody.NewSession.class, name = "new-session"),
    @JsonSubTypes.Type(value = UpdateBody.UpdateSession.class, name = "update-session"),
    @JsonSubTypes.Type(value = UpdateBody.DeleteSession.class, name = "delete-session"),
    @JsonSubTypes.Type(value = UpdateBody.NewMessage.class, name = "new-message"),
    @JsonSubTypes.Type(value = UpdateBody.NewMachine.class, name = "new-machine"),
    @JsonSubTypes.Type(value = UpdateBody.UpdateMachine.class, name = "update-machine"),
    @JsonSubTypes.Type(value = UpdateBody.DeleteMachine.class, name = "delete-machine"),
    @JsonSubTypes.Type(value = UpdateBody.UpdateAccount.class, name = "update-account"),
    @JsonSubTypes.Type(value = UpdateBody.NewArtifact.class, name = "new-artifact"),
    @JsonSubTypes.Type(value = UpdateBody.UpdateArtifact.class, name = "update-artifact"),
    @JsonSubTypes.Type(value = UpdateBody.DeleteArtifact.class, name = "delete-artifact"),
    @JsonSubTypes.Type(value = UpdateBody.KvBatchUpdate.class, name = "kv-batch-update"),
    @JsonSubTypes.Type(value = UpdateBody.NewFeedPost.class, name = "new-feed-post"),
    @JsonSubTypes.Type(value = UpdateBody.RelationshipUpdated.class, name = "relationship-updated")
})
public sealed interface UpdateBody {

    /// A session row was created.
    record NewSession(
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
            long updatedAt)
            implements UpdateBody {}

    /// Metadata or agent state of a session changed. The value of the agent state may be null.
    record UpdateSession(
            SessionId id,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned metadata,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned agentState)
            implements UpdateBody {}

    record DeleteSession(SessionId sid) implements UpdateBody {}

    /// A message was stored.
    record NewMessage(SessionId sid, Message message) implements UpdateBody {}

    /// A machine row was created, or got its first metadata.
    record NewMachine(
            MachineId machineId,
            long seq,
            String metadata,
            int metadataVersion,
            @Nullable String daemonState,
            int daemonStateVersion,
            @Nullable String dataEncryptionKey,
            boolean active,
            long activeAt,
            long createdAt,
            long updatedAt)
            implements UpdateBody {}

    /// A machine changed. Older notes call the field `id`, the clients read `machineId`: both are
    /// sent with the same value.
    record UpdateMachine(
            MachineId id,
            MachineId machineId,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned metadata,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned daemonState,
            boolean active,
            long activeAt)
            implements UpdateBody {}

    record DeleteMachine(MachineId machineId) implements UpdateBody {}

    /// The account changed.
    record UpdateAccount(
            AccountId id, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned settings)
            implements UpdateBody {}

    /// An artifact was created. Header, body and key are base64.
    record NewArtifact(
            String artifactId,
            long seq,
            String header,
            int headerVersion,
            String body,
            int bodyVersion,
            String dataEncryptionKey,
            long createdAt,
            long updatedAt)
            implements UpdateBody {}

    /// Header or body of an artifact changed.
    record UpdateArtifact(
            String artifactId,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned header,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Versioned body)
            implements UpdateBody {}

    record DeleteArtifact(String artifactId) implements UpdateBody {}

    /// Key-value pairs changed together.
    record KvBatchUpdate(List<KvChange> changes) implements UpdateBody {}

    /// One changed pair.
    ///
    /// @param value base64, null when the pair was deleted
    record KvChange(String key, @Nullable String value, long version) {}

    /// A feed item was created.
    ///
    /// @param body `{kind, ...}`
    /// @param cursor position in the feed, as `GET /v1/feed` takes it
    /// @param repeatKey without it clients drop the whole update, so it is sent also when null
    record NewFeedPost(
            String id, JsonNode body, String cursor, long createdAt, @Nullable String repeatKey)
            implements UpdateBody {}

    /// A relation between two people changed.
    ///
    /// @param status of `toUserId` as `fromUserId` sees it
    /// @param action `created`, `updated` or `deleted`
    /// @param timestamp Unix milliseconds
    record RelationshipUpdated(
            AccountId fromUserId, AccountId toUserId, String status, String action, long timestamp)
            implements UpdateBody {}
}
