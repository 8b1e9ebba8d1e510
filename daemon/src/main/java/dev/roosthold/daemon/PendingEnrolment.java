package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.CompareCode;
import dev.roosthold.protocol.MachineId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A machine that was given its token only: it waits until its owner, having compared the code,
/// sends it the account's content public key.
///
/// @param requestKey opens what the owner sends; made for this request
public record PendingEnrolment(
        RelayAddress server, MachineToken token, BoxSecretKey requestKey, Path rootDirectory)
        implements MachineIdentity {
    private static final String DOMAIN = "machine-enrol-v1";

    @Override
    public MachineId machine() {
        return token.machine();
    }

    /// What the person compares with the page: three groups of four letters.
    public String code() {
        return code(machine(), requestKey.publicKey());
    }

    static String code(MachineId machine, BoxPublicKey key) {
        return CompareCode.of(
                DOMAIN, machine.value().getBytes(StandardCharsets.UTF_8), key.bytes());
    }
}
