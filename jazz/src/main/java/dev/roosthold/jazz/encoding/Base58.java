package dev.roosthold.jazz.encoding;

import java.util.Arrays;

/// Base58 with the Bitcoin alphabet, without checksum. Leading zero bytes become leading `1`s.
///
/// Five digits are handled at a time (58^5 fits into an int), which makes the quadratic conversion
/// cheap for the 12 to 64 bytes that occur. Thread-safe.
public final class Base58 {
    /// Longest text that [#decode] accepts; a signature has at most 88 digits.
    public static final int MAX_DIGITS = 256;

    private static final String ALPHABET =
            "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int GROUP = 58 * 58 * 58 * 58 * 58;
    private static final byte[] VALUES = values();

    private Base58() {}

    public static String encode(byte[] bytes) {
        int zeros = 0;
        while (zeros < bytes.length && bytes[zeros] == 0) {
            zeros++;
        }
        int[] limbs = limbs(bytes);
        byte[] digits = new byte[bytes.length * 2 + 8];
        int at = digits.length;
        int first = 0;
        while (first < limbs.length) {
            long rest = 0;
            for (int i = first; i < limbs.length; i++) {
                long part = (rest << 32) | (limbs[i] & 0xffffffffL);
                limbs[i] = (int) (part / GROUP);
                rest = part % GROUP;
            }
            for (int i = 0; i < 5; i++) {
                digits[--at] = (byte) (rest % 58);
                rest /= 58;
            }
            while (first < limbs.length && limbs[first] == 0) {
                first++;
            }
        }
        while (at < digits.length && digits[at] == 0) {
            at++;
        }
        var text = new StringBuilder(zeros + digits.length - at);
        text.repeat('1', zeros);
        for (; at < digits.length; at++) {
            text.append(ALPHABET.charAt(digits[at]));
        }
        return text.toString();
    }

    /// The bytes of a text.
    ///
    /// @throws FormatException when a character is not of the alphabet or the text is too long
    public static byte[] decode(String text) {
        if (text.length() > MAX_DIGITS) {
            throw new FormatException("base58 text is too long");
        }
        int zeros = 0;
        while (zeros < text.length() && text.charAt(zeros) == '1') {
            zeros++;
        }
        int[] limbs = new int[(text.length() - zeros) * 6 / 32 + 1];
        for (int at = zeros; at < text.length(); ) {
            int factor = 1;
            int sum = 0;
            for (int i = 0; i < 5 && at < text.length(); i++, at++) {
                char c = text.charAt(at);
                int digit = c < 128 ? VALUES[c] : -1;
                if (digit < 0) {
                    throw new FormatException("not base58");
                }
                sum = sum * 58 + digit;
                factor *= 58;
            }
            long carry = sum;
            for (int i = limbs.length - 1; i >= 0; i--) {
                long product = (limbs[i] & 0xffffffffL) * factor + carry;
                limbs[i] = (int) product;
                carry = product >>> 32;
            }
        }
        byte[] all = new byte[limbs.length * 4];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (limbs[i / 4] >>> (24 - 8 * (i % 4)));
        }
        int first = 0;
        while (first < all.length && all[first] == 0) {
            first++;
        }
        byte[] bytes = new byte[zeros + all.length - first];
        System.arraycopy(all, first, bytes, zeros, all.length - first);
        return bytes;
    }

    /// The bytes of `prefix` followed by base58 of exactly `size` bytes.
    ///
    /// @throws FormatException when the prefix or the size differs
    public static byte[] decode(String text, String prefix, int size) {
        if (!text.startsWith(prefix)) {
            throw new FormatException("expected " + prefix + "...");
        }
        byte[] bytes = decode(text.substring(prefix.length()));
        if (bytes.length != size) {
            throw new FormatException(
                    prefix + "... has " + bytes.length + " bytes, expected " + size);
        }
        return bytes;
    }

    private static int[] limbs(byte[] bytes) {
        int[] limbs = new int[(bytes.length + 3) / 4];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            limbs[limbs.length - 1 - fromEnd / 4] |= (bytes[i] & 0xff) << (8 * (fromEnd % 4));
        }
        return limbs;
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < 58; i++) {
            values[ALPHABET.charAt(i)] = (byte) i;
        }
        return values;
    }
}
