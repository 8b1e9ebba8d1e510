package dev.roosthold.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/// Sixty bits of a hash as twelve letters, `ABCD-EFGH-IJKL`, which a person compares on two screens
/// to see that both mean the same key.
public final class CompareCode {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int LETTERS = 12;
    private static final int GROUP = 4;

    private CompareCode() {}

    /// The first 60 bits of SHA-256 of `label || 0x00 || part || 0x00 || part ...` in base32.
    ///
    /// @param label what the code is for, so that a code of one purpose is none of another
    /// @param parts what both sides must mean alike, public keys last; no part but the last may
    ///     hold a zero byte
    public static String of(String label, byte[]... parts) {
        byte[] hash;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(label.getBytes(StandardCharsets.UTF_8));
            for (byte[] part : parts) {
                digest.update((byte) 0);
                digest.update(part);
            }
            hash = digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        StringBuilder code = new StringBuilder();
        for (int letter = 0; letter < LETTERS; letter++) {
            if (letter > 0 && letter % GROUP == 0) {
                code.append('-');
            }
            int bit = letter * 5;
            int two = (hash[bit / 8] & 0xff) << 8 | (hash[bit / 8 + 1] & 0xff);
            code.append(ALPHABET.charAt(two >> (11 - bit % 8) & 31));
        }
        return code.toString();
    }
}
