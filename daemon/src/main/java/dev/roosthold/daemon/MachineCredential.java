package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.SymmetricKey;
import java.nio.file.Path;

/// Everything that makes this computer one machine of one account. Its text shows no secret.
///
/// @param accountKey for whom the machine's records are made readable
/// @param machineKey encrypts the machine's records; made at enrolment, kept for its life
/// @param rootDirectory absolute; remote work stays inside it
public record MachineCredential(
        RelayAddress server,
        MachineToken token,
        AccountKey accountKey,
        SymmetricKey machineKey,
        Path rootDirectory) {}
