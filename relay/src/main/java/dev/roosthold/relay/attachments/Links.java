package dev.roosthold.relay.attachments;

import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes and checks addresses that are permission for one upload or download, for ten minutes.
///
/// The signature (HMAC-SHA256) covers method, reference, end of validity and size, so a link to
// read
/// is none to write. The key is kept in a file of the data directory: links outlive a restart, and
/// who takes the file away makes all of them void. Thread-safe.
final class Links {
    static final Duration VALIDITY = Duration.ofMinutes(10);

    private static final String KEY_FILE = "attachment-links.key";

    private final SealKey key;
    private final InstantSource clock;

    private Links(SealKey key, InstantSource clock) {
        this.key = key;
        this.clock = clock;
    }

    static Links open(SecretFiles secrets, InstantSource clock) throws IOException {
        return new Links(SealKey.open(secrets, KEY_FILE), clock);
    }

    /// The query of a link, without the question mark.
    String sign(String method, String ref, long size) {
        long expires = clock.millis() + VALIDITY.toMillis();
        return "expires=%d&size=%d&signature=%s"
                .formatted(expires, size, signature(method, ref, expires, size));
    }

    boolean admits(String method, String ref, Map<String, String> query) {
        String signature = query.get("signature");
        if (signature == null) {
            return false;
        }
        long expires = number(query.get("expires"));
        long size = number(query.get("size"));
        byte[] expected = signature(method, ref, expires, size).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))
                && clock.millis() < expires;
    }

    private String signature(String method, String ref, long expires, long size) {
        // No part can hold a line feed but the reference, which is last.
        String signed = method + '\n' + expires + '\n' + size + '\n' + ref;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(key.seal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    /// -1, which is never signed, for what is no number.
    private static long number(@Nullable String text) {
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
