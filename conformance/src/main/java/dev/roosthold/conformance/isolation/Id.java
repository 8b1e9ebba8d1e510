package dev.roosthold.conformance.isolation;

import java.security.SecureRandom;
import java.util.Base64;

/// An id that an account has, and one of the same form that nobody has.
///
/// @param name what it is the id of, as in the names of positions
record Id(String name, String value, String twin) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
    private static final String HEX = "0123456789abcdef";
    private static final String DIGITS = "0123456789";

    /// With a twin that differs in every letter and digit behind the prefix.
    static Id of(String name, String prefix, String core) {
        return new Id(name, prefix + core, prefix + twinOf(core));
    }

    static Id of(String name, String value) {
        return of(name, "", value);
    }

    /// A random key of 32 bytes in base64.
    static Id key(String name, String value) {
        byte[] other = new byte[32];
        RANDOM.nextBytes(other);
        return new Id(name, value, Base64.getEncoder().encodeToString(other));
    }

    private static String twinOf(String core) {
        boolean hex = core.matches("[0-9a-f-]{32,}(\\.enc)?");
        // The names of files end alike.
        String end = core.endsWith(".enc") ? ".enc" : "";
        StringBuilder twin = new StringBuilder();
        core.substring(0, core.length() - end.length())
                .chars()
                .forEach(c -> twin.append(twinOf((char) c, hex, twin.isEmpty())));
        return twin + end;
    }

    private static char twinOf(char c, boolean hex, boolean first) {
        if (!Character.isLetterOrDigit(c)) {
            return c;
        }
        if (hex) {
            return any(HEX);
        }
        if (Character.isDigit(c)) {
            return any(DIGITS);
        }
        // Ids of a server begin with one letter.
        if (first && c == 'c') {
            return c;
        }
        char lower = any(LOWER);
        return Character.isUpperCase(c) ? Character.toUpperCase(lower) : lower;
    }

    private static char any(String letters) {
        return letters.charAt(RANDOM.nextInt(letters.length()));
    }
}
