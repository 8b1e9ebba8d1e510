package dev.roosthold.relay.audit;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A place in the chain: the number and hash of an entry. Whoever notes one outside of the relay
/// can tell later whether the log up to there is still the same.
///
/// @param number 0 before the first entry
/// @param hash 64 hexadecimal digits in lower case
public record Head(long number, String hash) {
    private static final String START_HASH = "0".repeat(64);

    static final Head START = new Head(0, START_HASH);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18}):([0-9a-f]{64})");

    public Head {
        if (hash.length() != START_HASH.length()) {
            throw new IllegalArgumentException("no hash at " + number);
        }
    }

    /// Reads `<number>:<hash>`; empty when it is anything else.
    public static Optional<Head> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new Head(Long.parseLong(matcher.group(1)), matcher.group(2)))
                : Optional.empty();
    }

    /// What [#parse] reads.
    @Override
    public String toString() {
        return number + ":" + hash;
    }
}
