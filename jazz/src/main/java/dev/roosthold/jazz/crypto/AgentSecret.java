package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.AgentId;

/// Both secrets of an identity, written `sealerSecret_z.../signerSecret_z...`. Thread-safe.
public record AgentSecret(SealerSecret sealer, SignerSecret signer) {
    /// The identity of a 32-byte seed.
    public static AgentSecret ofSeed(byte[] seed) {
        if (seed.length != 32) {
            throw new IllegalArgumentException("a seed has 32 bytes");
        }
        return new AgentSecret(
                new SealerSecret(Blake3.hash("seal", seed)),
                new SignerSecret(Blake3.hash("sign", seed)));
    }

    /// Reads the text form.
    ///
    /// @throws FormatException when the text is no agent secret
    public static AgentSecret of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new FormatException("not an agent secret");
        }
        return new AgentSecret(
                SealerSecret.of(text.substring(0, slash)),
                SignerSecret.of(text.substring(slash + 1)));
    }

    public AgentId id() {
        return new AgentId(sealer.id(), signer.id());
    }

    /// The text form. Keep it out of logs.
    public String reveal() {
        return sealer.reveal() + "/" + signer.reveal();
    }
}
