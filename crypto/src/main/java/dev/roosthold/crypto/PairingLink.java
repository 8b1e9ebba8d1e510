package dev.roosthold.crypto;

import java.util.Optional;

/// The text in a pairing QR code or link.
///
/// @param purpose what the newcomer asks for
/// @param publicKey the newcomer's one-time key, to which the answer is sealed
public record PairingLink(Purpose purpose, BoxPublicKey publicKey) {
    private static final String TERMINAL = "happy://terminal?";
    private static final String ACCOUNT = "happy:///account?";
    private static final String WEB_TERMINAL = "/terminal/connect#key=";
    private static final String WEB_ACCOUNT = "/account/connect#key=";

    /// What a newcomer asks for.
    public enum Purpose {
        TERMINAL,
        ACCOUNT
    }

    /// The text for the QR code.
    public String text() {
        String key = Texts.base64Url(publicKey.shared());
        return switch (purpose) {
            case TERMINAL -> TERMINAL + key;
            case ACCOUNT -> ACCOUNT + key;
        };
    }

    /// Path and fragment below the web app's address at which the newcomer is let in. The key is in
    /// the fragment, which browsers do not send to the server.
    public String webPath() {
        String key = Texts.base64Url(publicKey.shared());
        return switch (purpose) {
            case TERMINAL -> WEB_TERMINAL + key;
            case ACCOUNT -> WEB_ACCOUNT + key;
        };
    }

    /// What both sides show, the web page too, so that the person sees that the link was not
    /// exchanged on its way: three groups of four letters.
    public String compareCode() {
        return CompareCode.of("account-link-v1", publicKey.shared());
    }

    /// Reads a scanned or pasted text: both QR forms, and a web address that ends in a web path.
    /// Empty when it is none of them or its key is not 32 bytes.
    public static Optional<PairingLink> parse(String text) {
        String link = text.strip();
        if (link.startsWith(TERMINAL)) {
            return of(Purpose.TERMINAL, link.substring(TERMINAL.length()));
        }
        if (link.startsWith(ACCOUNT)) {
            return of(Purpose.ACCOUNT, link.substring(ACCOUNT.length()));
        }
        return web(Purpose.TERMINAL, link, WEB_TERMINAL)
                .or(() -> web(Purpose.ACCOUNT, link, WEB_ACCOUNT));
    }

    private static Optional<PairingLink> web(Purpose purpose, String link, String path) {
        int at = link.indexOf(path);
        return at < 0 ? Optional.empty() : of(purpose, link.substring(at + path.length()));
    }

    private static Optional<PairingLink> of(Purpose purpose, String key) {
        try {
            byte[] bytes = Texts.fromBase64Url(key, "the key");
            return Optional.of(new PairingLink(purpose, new BoxPublicKey(bytes)));
        } catch (CryptoException e) {
            return Optional.empty();
        }
    }
}
