package dev.roosthold.relay.ids;

import java.security.SecureRandom;
import java.util.Base64;

/// Random identifiers and secrets from the platform's secure source. Thread-safe.
public final class Ids {
    private static final char[] LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789".toCharArray();
    private static final int ID_LENGTH = 25;
    private static final int SECRET_BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    /// 25 characters: `c`, then lower-case letters and digits that begin with the time, so that ids
    /// grow roughly with it. About 80 bits of it are random. Safe in a path, without a colon.
    public String next(long nowMs) {
        var id = new StringBuilder(ID_LENGTH).append('c').append(Long.toString(nowMs, 36));
        // One call for all: each takes the lock of the source.
        byte[] bytes = new byte[ID_LENGTH - id.length()];
        random.nextBytes(bytes);
        for (byte drawn : bytes) {
            id.append(LETTERS[Byte.toUnsignedInt(drawn) % LETTERS.length]);
        }
        return id.toString();
    }

    /// 256 random bits as 43 characters of base64url.
    public String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
