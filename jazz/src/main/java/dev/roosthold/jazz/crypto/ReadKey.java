package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.ids.KeyId;
import java.security.SecureRandom;

/// A read key and its name.
public record ReadKey(KeyId id, KeySecret secret) {
    public static ReadKey random(SecureRandom random) {
        byte[] name = new byte[12];
        byte[] secret = new byte[32];
        random.nextBytes(name);
        random.nextBytes(secret);
        return new ReadKey(KeyId.of(name), new KeySecret(secret));
    }
}
