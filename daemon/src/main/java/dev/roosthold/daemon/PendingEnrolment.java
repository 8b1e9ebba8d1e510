package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.protocol.MachineId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/// A machine that was given its token only: it waits until its owner, having compared the code,
/// sends it the account's content public key.
///
/// @param requestKey opens what the owner sends; made for this request
public record PendingEnrolment(
        RelayAddress server, MachineToken token, BoxSecretKey requestKey, Path rootDirectory)
        implements MachineIdentity {
    private static final String DOMAIN = "machine-enrol-v1";
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int LETTERS = 12;
    private static final int GROUP = 4;

    @Override
    public MachineId machine() {
        return token.machine();
    }

    /// What the person compares with the page: three groups of four letters.
    public String code() {
        return code(machine(), requestKey.publicKey());
    }

    /// The first 60 bits of SHA-256(domain || 0x00 || machine id || 0x00 || public key) in base32.
    static String code(MachineId machine, BoxPublicKey key) {
        byte[] hash;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(DOMAIN.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(machine.value().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            hash = digest.digest(key.bytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        var code = new StringBuilder(LETTERS + 2);
        for (int letter = 0; letter < LETTERS; letter++) {
            if (letter > 0 && letter % GROUP == 0) {
                code.append('-');
            }
            int bit = letter * 5;
            int twoBytes = (hash[bit / 8] & 0xff) << 8 | (hash[bit / 8 + 1] & 0xff);
            code.append(BASE32.charAt(twoBytes >> (11 - bit % 8) & 31));
        }
        return code.toString();
    }
}
