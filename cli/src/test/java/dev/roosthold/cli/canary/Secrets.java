package dev.roosthold.cli.canary;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/// Everything that the relay must not show, by what it is. Used by one thread.
///
/// Three kinds: plain texts and keys of the clients, which the relay never has; tokens, which it
/// has and neither stores nor tells; addresses, which it stores and does not tell.
final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, byte[]> keys = new LinkedHashMap<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();
    private final Map<String, byte[]> tokenBytes = new LinkedHashMap<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();

    /// A new marked text for an encrypted field.
    String text(String field) {
        String text = "Canary" + field + letters(20);
        texts.put(field, text);
        return text;
    }

    /// A marked text that somebody else has made.
    void given(String field, String text) {
        texts.put(field, text);
    }

    /// A JSON object with a new marked text, and with characters that are written in several ways.
    String json(String field) {
        return "{\"text\":\"\\\"ä☂\\\" " + text(field) + " ß\"}";
    }

    byte[] key(String of, byte[] key) {
        keys.put(of, key);
        return key;
    }

    String token(String of, String token) {
        tokens.put(of, token);
        return token;
    }

    byte[] token(String of, byte[] token) {
        tokenBytes.put(of, token);
        return token;
    }

    String address(String of, String address) {
        addresses.put(of, address);
        return address;
    }

    /// What only the clients have.
    Needles ofClients() {
        return ofClients(new Needles());
    }

    /// What stands in no file of the relay.
    Needles notStored() {
        return tokens(ofClients(new Needles()));
    }

    /// What the relay tells nobody.
    Needles notTold() {
        Needles needles = tokens(ofClients(new Needles()));
        addresses.forEach(needles::text);
        return needles;
    }

    int count() {
        return texts.size() + keys.size() + tokens.size() + tokenBytes.size() + addresses.size();
    }

    private Needles ofClients(Needles needles) {
        texts.forEach(needles::text);
        keys.forEach(needles::bytes);
        return needles;
    }

    private Needles tokens(Needles needles) {
        tokens.forEach(needles::text);
        tokenBytes.forEach(needles::bytes);
        return needles;
    }

    static String letters(int count) {
        return RANDOM.ints(count, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
