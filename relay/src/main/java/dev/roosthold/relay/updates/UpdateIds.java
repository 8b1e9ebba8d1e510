package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;

/// The `id` of an update: 12 letters and digits made from its account and number. No secret and not
/// random, so that an update that is sent again has the id it had.
final class UpdateIds {
    private static final String ALPHABET =
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int LENGTH = 12;

    private UpdateIds() {}

    static String of(AccountId account, long seq) {
        long high = mix(account.value().hashCode() * 0x9E3779B97F4A7C15L + seq);
        long low = mix(high ^ seq);
        var id = new char[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            long bits = i < LENGTH / 2 ? high : low;
            id[i] = ALPHABET.charAt((int) Long.remainderUnsigned(bits >>> (i % 6 * 10), 62));
        }
        return new String(id);
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
