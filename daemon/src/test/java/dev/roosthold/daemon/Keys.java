package dev.roosthold.daemon;

import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.KeyBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Looks for keys in recorded bytes, in every form in which they might be written.
final class Keys {
    private Keys() {}

    /// What was found; each entry names the key and the form.
    static List<String> findIn(
            String recorded, MachineCredential.WithToken machine, AccountKeys account) {
        List<String> found = new ArrayList<>();
        Map<String, KeyBytes> keys =
                Map.of(
                        "content public key", account.contentPublicKey(),
                        "content secret key", account.contentSecretKey(),
                        "master secret", account.master(),
                        "machine key", machine.machineKey());
        keys.forEach(
                (name, key) -> {
                    byte[] bytes = key.bytes();
                    String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
                    String url = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                    Map<String, String> forms =
                            Map.of(
                                    "raw",
                                    new String(bytes, StandardCharsets.ISO_8859_1),
                                    "base64",
                                    base64,
                                    "base64url",
                                    url,
                                    "hex",
                                    HexFormat.of().formatHex(bytes));
                    forms.forEach(
                            (form, text) -> {
                                if (recorded.contains(text)) {
                                    found.add(name + " as " + form);
                                }
                            });
                });
        return found;
    }
}
