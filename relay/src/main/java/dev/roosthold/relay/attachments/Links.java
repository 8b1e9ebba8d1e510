package dev.roosthold.relay.attachments;

import dev.roosthold.protocol.DeviceId;
import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.secrets.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Makes and checks addresses that are permission for one upload or download, for ten minutes.
///
/// The signature (HMAC-SHA256) covers method, reference, end of validity, size and the device it
/// was made for, so a link to read is none to write, and it ends with the device. The key is kept
/// in a file of the data directory: links outlive a restart, and who takes the file away makes all
/// of them void. Thread-safe.
final class Links {
    static final Duration VALIDITY = Duration.ofMinutes(10);

    private static final String KEY_FILE = "attachment-links.key";

    private final SealKey key;
    private final Predicate<DeviceId> devices;
    private final InstantSource clock;

    private Links(SealKey key, Predicate<DeviceId> devices, InstantSource clock) {
        this.key = key;
        this.devices = devices;
        this.clock = clock;
    }

    /// @param devices whether there is such a device; may block on the store
    static Links open(SecretFiles secrets, Predicate<DeviceId> devices, InstantSource clock)
            throws IOException {
        return new Links(SealKey.open(secrets, KEY_FILE), devices, clock);
    }

    /// The query of a link, without the question mark.
    String sign(String method, String ref, long size, DeviceId device) {
        long expires = clock.millis() + VALIDITY.toMillis();
        return "expires=%d&size=%d&device=%s&signature=%s"
                .formatted(
                        expires,
                        size,
                        device.value(),
                        signature(method, ref, expires, size, device.value()));
    }

    /// May block on the store.
    boolean admits(String method, String ref, Map<String, String> query) {
        String signature = query.get("signature");
        String device = query.getOrDefault("device", "");
        if (signature == null || device.isEmpty()) {
            return false;
        }
        long expires = number(query.get("expires"));
        long size = number(query.get("size"));
        byte[] expected =
                signature(method, ref, expires, size, device).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))
                && clock.millis() < expires
                && devices.test(new DeviceId(device));
    }

    private String signature(String method, String ref, long expires, long size, String device) {
        // No part that is signed can hold a line feed but the reference, which is last.
        String signed = method + '\n' + expires + '\n' + size + '\n' + device + '\n' + ref;
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
