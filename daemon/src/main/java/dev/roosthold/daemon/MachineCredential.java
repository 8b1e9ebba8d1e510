package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.MachineId;
import java.nio.file.Path;

/// Everything that makes this computer one machine of one account. Its text shows no secret.
public sealed interface MachineCredential extends MachineIdentity {

    /// For whom the machine's records are made readable.
    AccountKey accountKey();

    /// Encrypts the machine's records; kept for the life of the machine.
    SymmetricKey machineKey();

    /// A machine that was added in the web page: it has a token of its own.
    record WithToken(
            RelayAddress server,
            MachineToken token,
            AccountKey accountKey,
            SymmetricKey machineKey,
            Path rootDirectory)
            implements MachineCredential {

        @Override
        public MachineId machine() {
            return token.machine();
        }
    }

    /// A machine of a terminal that is signed in (`roost login`): it speaks with the bearer of the
    /// sign-in, and made its own id.
    record OfSignIn(
            RelayAddress server,
            MachineId machine,
            AccountKey accountKey,
            SymmetricKey machineKey,
            Path rootDirectory)
            implements MachineCredential {}
}
