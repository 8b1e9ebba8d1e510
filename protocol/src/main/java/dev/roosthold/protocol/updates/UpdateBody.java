package dev.roosthold.protocol.updates;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Versioned;
import org.jspecify.annotations.Nullable;

/// What an update tells. Parts that did not change are absent.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "t")
@JsonSubTypes({
    @JsonSubTypes.Type(value = UpdateBody.NewMachine.class, name = "new-machine"),
    @JsonSubTypes.Type(value = UpdateBody.UpdateMachine.class, name = "update-machine"),
    @JsonSubTypes.Type(value = UpdateBody.DeleteMachine.class, name = "delete-machine"),
    @JsonSubTypes.Type(value = UpdateBody.UpdateAccount.class, name = "update-account")
})
public sealed interface UpdateBody {

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
}
