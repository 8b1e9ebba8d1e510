package dev.roosthold.daemon;

import dev.roosthold.crypto.BoxPublicKey;
import java.util.Base64;
import java.util.regex.Pattern;

/// The account's content public key as it stands in the enrol command: 43 characters of base64url.
/// It goes from person to machine and never to the relay; prints nothing of itself.
public record AccountKey(BoxPublicKey contentPublicKey) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

    /// Reads a pasted key; blanks around it do no harm.
    ///
    /// @throws IllegalArgumentException with a message for people that repeats nothing of the text
    public static AccountKey parse(String text) {
        String key = text.strip();
        if (!FORM.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "an account key has 43 letters, digits, - or _; this text has "
                            + (key.length() == 43 ? "other characters" : key.length()));
        }
        return new AccountKey(new BoxPublicKey(Base64.getUrlDecoder().decode(key)));
    }

    String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(contentPublicKey.bytes());
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
