package dev.roosthold.daemon;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.protocol.MachineId;
import java.nio.file.Path;

/// Which machine of which relay this computer is. Its text shows no secret.
public sealed interface MachineIdentity permits MachineCredential, PendingEnrolment {

    RelayAddress server();

    MachineId machine();

    /// Absolute; remote work stays inside it unless the person has set other root directories.
    Path rootDirectory();
}
