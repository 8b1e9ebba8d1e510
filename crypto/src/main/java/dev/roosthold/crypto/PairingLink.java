package dev.roosthold.crypto;

import java.util.Optional;

/// The text in a pairing QR code or link.
///
/// @param purpose what the newcomer asks for
/// @param publicKey the newcomer's one-time key, to which the answer is sealed
public record PairingLink(Purpose purpose, BoxPublicKey publicKey) {
    private static final String TERMINAL = "happy://terminal?";
    private static final String ACCOUNT = "happy:///account?";
    private static final String WEB = "/terminal/connect#key=";

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

    /// Path and fragment below the web app's address at which a terminal is approved. The key is in
    /// the fragment, which browsers do not send to the server.
    public static String webPath(BoxPublicKey terminal) {
        return WEB + Texts.base64Url(terminal.shared());
    }

    /// Reads a scanned or pasted text: both QR forms, and a web address that ends in the web path.
    /// Empty when it is none of them or its key is not 32 bytes.
    public static Optional<PairingLink> parse(String text) {
        String link = text.strip();
        if (link.startsWith(TERMINAL)) {
            return of(Purpose.TERMINAL, link.substring(TERMINAL.length()));
        }
        if (link.startsWith(ACCOUNT)) {
            return of(Purpose.ACCOUNT, link.substring(ACCOUNT.length()));
        }
        int web = link.indexOf(WEB);
        return web < 0
                ? Optional.empty()
                : of(Purpose.TERMINAL, link.substring(web + WEB.length()));
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
