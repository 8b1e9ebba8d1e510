package dev.roosthold.conformance.replay;

import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SignIn;
import dev.roosthold.crypto.SignInRequest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The accounts of one replay, and the keys, challenges and signatures that stand behind the
/// `<... b64>` placeholders. Everything is fresh in each replay, so a server can be tested twice.
///
/// Used by the thread of its replay only.
final class Identities {
    private final SecureRandom random = new SecureRandom();
    private final Map<String, MasterSecret> secrets = new HashMap<>();
    private final Map<String, SignInRequest> signIns = new HashMap<>();

    /// The value for a placeholder like `A-signature b64`; empty when the name is not one of these.
    /// Sign-ins are named by account and an optional number: `A`, `A2`, `B`.
    Optional<String> value(String name) {
        if (!name.endsWith(" b64")) {
            return Optional.empty();
        }
        String what = name.substring(0, name.length() - " b64".length());
        int dash = what.indexOf('-');
        String who = dash < 0 ? "" : what.substring(0, dash);
        String rest = what.substring(dash + 1);
        return switch (rest) {
            case "challenge" ->
                    Optional.of(who.isEmpty() ? randomBytes() : signIn(who).challenge());
            case "sign-public-key" -> Optional.of(signIn(who).publicKey());
            case "signature" -> Optional.of(signIn(who).signature());
            case "of-another-challenge" ->
                    Optional.of(SignIn.request(secret("A"), random).signature());
            default -> Optional.of(boxPublicKey());
        };
    }

    private SignInRequest signIn(String who) {
        return signIns.computeIfAbsent(
                who, name -> SignIn.request(secret(name.substring(0, 1)), random));
    }

    private MasterSecret secret(String account) {
        return secrets.computeIfAbsent(account, name -> MasterSecret.random(random));
    }

    private String boxPublicKey() {
        return base64(BoxSecretKey.random(random).publicKey().bytes());
    }

    private String randomBytes() {
        byte[] bytes = new byte[SignIn.CHALLENGE_LENGTH];
        random.nextBytes(bytes);
        return base64(bytes);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
