package dev.roosthold.relay.machines;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.machines.Machine;
import dev.roosthold.protocol.machines.MachineRow;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.MachineKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The row of a machine.
///
/// @param label chosen by the person in the web view, readable by the relay
/// @param enrolled whether it was added in the web view or ever got a token there
/// @param assistants as the machine told of them; while it is offline, so are they
/// @param asksKeys whether it waits for keys although it has sent metadata
/// @param active as it was written last, by whichever relay
/// @param metadata null until the machine has sent its first
record StoredMachine(
        MachineId id,
        AccountId account,
        @Nullable String label,
        boolean enrolled,
        @Nullable String metadata,
        int metadataVersion,
        @Nullable String daemonState,
        int daemonStateVersion,
        @Nullable String dataEncryptionKey,
        boolean active,
        long activeAt,
        boolean connectedBefore,
        long rev,
        long createdAt,
        long updatedAt,
        MachineRow.AssistantCounts assistants,
        boolean asksKeys) {

    MachineKey key() {
        return new MachineKey(account, id);
    }

    boolean inHappyView() {
        return metadata != null;
    }

    /// What the row says.
    Activity stored() {
        return new Activity(active, activeAt);
    }

    String name() {
        return label == null ? id.value() : label;
    }

    /// The happy view; empty before the first metadata.
    Optional<Machine> happyView(Activity activity) {
        return Optional.ofNullable(metadata)
                .map(
                        text ->
                                new Machine(
                                        id,
                                        0,
                                        text,
                                        metadataVersion,
                                        daemonState,
                                        daemonStateVersion,
                                        dataEncryptionKey,
                                        activity.active(),
                                        activity.activeAtMs(),
                                        activity.activeAtMs(),
                                        createdAt,
                                        updatedAt));
    }

    MachineRow webView(Activity activity) {
        MachineRow.AssistantCounts counts =
                activity.active() ? assistants : assistants.allOffline();
        return new MachineRow(
                id,
                name(),
                activity.active() ? MachineRow.Status.ONLINE : MachineRow.Status.OFFLINE,
                activity.activeAtMs(),
                counts.total(),
                createdAt,
                connectedBefore,
                counts,
                enrolment(),
                rev);
    }

    UpdateBody.NewMachine newMachine(Activity activity) {
        return new UpdateBody.NewMachine(
                id,
                0,
                metadata == null ? "" : metadata,
                metadataVersion,
                daemonState,
                daemonStateVersion,
                dataEncryptionKey,
                activity.active(),
                activity.activeAtMs(),
                createdAt,
                updatedAt);
    }

    UpdateBody.UpdateMachine metadataUpdate(Activity activity) {
        return update(activity, new Versioned(metadata, metadataVersion), null);
    }

    UpdateBody.UpdateMachine stateUpdate(Activity activity) {
        return update(activity, null, new Versioned(daemonState, daemonStateVersion));
    }

    /// Everything, for a socket that has just connected.
    UpdateBody.UpdateMachine fullUpdate(Activity activity) {
        var state = daemonState == null ? null : new Versioned(daemonState, daemonStateVersion);
        return update(activity, new Versioned(metadata, metadataVersion), state);
    }

    private UpdateBody.UpdateMachine update(
            Activity activity, @Nullable Versioned newMetadata, @Nullable Versioned newState) {
        return new UpdateBody.UpdateMachine(
                id, id, newMetadata, newState, activity.active(), activity.activeAtMs());
    }

    private MachineRow.Enrolment enrolment() {
        if (!enrolled) {
            return MachineRow.Enrolment.EXTERNAL;
        }
        if (asksKeys) {
            return MachineRow.Enrolment.KEYS;
        }
        if (inHappyView()) {
            return MachineRow.Enrolment.READY;
        }
        return connectedBefore ? MachineRow.Enrolment.KEYS : MachineRow.Enrolment.TOKEN;
    }
}
