package dev.roosthold.crypto;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/// The master secret as a person writes it down: RFC 4648 base32 without padding, 52 letters in
/// groups of five joined by `-`.
public final class RecoveryText {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int LETTERS = 52;
    private static final int GROUP = 5;

    /// A text of this form has too few letters to be base32 of a secret, so the two never meet.
    private static final Pattern BASE64URL = Pattern.compile("[A-Za-z0-9_-]{43}=?");

    private RecoveryText() {}

    public static String format(MasterSecret secret) {
        StringBuilder text = new StringBuilder(LETTERS + LETTERS / GROUP);
        int pending = 0;
        int bits = 0;
        int letters = 0;
        for (byte b : secret.shared()) {
            pending = (pending << 8 | (b & 0xff)) & 0xfff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                append(text, letters++, pending >> bits);
            }
        }
        append(text, letters, pending << (5 - bits));
        return text.toString();
    }

    private static void append(StringBuilder text, int index, int value) {
        if (index > 0 && index % GROUP == 0) {
            text.append('-');
        }
        text.append(ALPHABET.charAt(value & 31));
    }

    /// Reads what a person typed: case, blanks and dashes do not matter, and the digits 0, 1, 8, 9
    /// are read as the letters they look like. The secret in base64url is accepted too.
    ///
    /// @throws CryptoException when it is not exactly one secret; the message says what is wrong
    ///     without repeating the text
    public static MasterSecret parse(String typed) {
        String text = typed.strip();
        if (BASE64URL.matcher(text).matches()) {
            return new MasterSecret(Texts.fromBase64Url(text, "the recovery text"));
        }
        byte[] secret = new byte[KeyBytes.LENGTH];
        try {
            return decode(text, secret);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static MasterSecret decode(String text, byte[] secret) {
        int letters = 0;
        int pending = 0;
        int bits = 0;
        int at = 0;
        String upper = text.toUpperCase(Locale.ROOT);
        for (int i = 0; i < upper.length(); i++) {
            int value = ALPHABET.indexOf(meant(upper.charAt(i)));
            if (value < 0) {
                continue;
            }
            letters++;
            pending = (pending << 5 | value) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                if (at < secret.length) {
                    secret[at++] = (byte) (pending >> bits);
                }
            }
        }
        if (letters == 0) {
            throw new CryptoException("the recovery text is empty");
        }
        if (letters != LETTERS) {
            throw new CryptoException(
                    "the recovery text has " + letters + " letters instead of " + LETTERS);
        }
        return new MasterSecret(secret);
    }

    private static char meant(char typed) {
        return switch (typed) {
            case '0' -> 'O';
            case '1' -> 'I';
            case '8' -> 'B';
            case '9' -> 'G';
            default -> typed;
        };
    }
}
