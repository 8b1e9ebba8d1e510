package dev.roosthold.jazz.ids;

import dev.roosthold.jazz.encoding.FormatException;

/// Public half of an identity: `sealer_z.../signer_z...`.
public record AgentId(SealerId sealer, SignerId signer) implements Author {
    /// @throws FormatException when it is no agent id
    public AgentId(String text) {
        this(SealerId.of(before(text)), SignerId.of(text.substring(text.indexOf('/') + 1)));
    }

    @Override
    public String text() {
        return sealer.text() + "/" + signer.text();
    }

    private static String before(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new FormatException("not an agent id");
        }
        return text.substring(0, slash);
    }

    @Override
    public String toString() {
        return text();
    }
}
