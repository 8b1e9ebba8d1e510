package dev.roosthold.client;

import dev.roosthold.protocol.MachineId;
import java.time.Duration;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// Changes an encrypted field of a machine, see [FieldUpdater].
public final class MachineUpdater {
    private static final String MISSING = "Machine not found";

    private final MachineId machine;
    private final FieldUpdater fields;

    /// @param pause waits between two rounds
    public MachineUpdater(
            MachineId machine,
            EncryptedJson encryption,
            Backoff backoff,
            FieldUpdater.Pause pause) {
        this.machine = machine;
        fields = new FieldUpdater(encryption, backoff, pause);
    }

    /// Blocks until the relay holds the changed object, see [FieldUpdater#update].
    ///
    /// @param base the field as it was last seen; may be out of date
    /// @param change must give the same result when applied again to its own result
    /// @param patience for each acknowledgement
    /// @throws SocketGoneException when the connection ends or an acknowledgement does not come;
    ///     then it is not known whether the change was stored
    public UpdateResult update(
            RelaySocket socket,
            MachineField field,
            Versioned base,
            UnaryOperator<ObjectNode> change,
            Duration patience)
            throws InterruptedException {
        return fields.update(
                socket,
                new FieldUpdater.Field(
                        field.event(), "machineId", machine.value(), field.wireName(), MISSING),
                base,
                change,
                patience);
    }
}
