package dev.roosthold.jazz.account;

import dev.roosthold.jazz.encoding.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The 24 English words of BIP39 that stand for a secret of 32 bytes. The words hold the secret
/// itself and a checksum; nothing is derived from them.
public final class Passphrase {
    private static final int WORDS = 24;
    private static final int SECRET = 32;
    private static final List<String> LIST = list();
    private static final Map<String, Integer> PLACES = places();

    private Passphrase() {}

    /// The words of a secret, separated by one space. Keep them out of logs.
    ///
    /// @param secret 32 bytes
    public static String of(byte[] secret) {
        if (secret.length != SECRET) {
            throw new IllegalArgumentException("a secret has 32 bytes");
        }
        byte[] bits = Arrays.copyOf(secret, SECRET + 1);
        bits[SECRET] = checksum(secret);
        var words = new ArrayList<String>(WORDS);
        for (int i = 0; i < WORDS; i++) {
            words.add(LIST.get(bits(bits, i * 11)));
        }
        return String.join(" ", words);
    }

    /// The secret of the words. Case, surplus space and the form of Unicode do not matter.
    ///
    /// @throws FormatException when they are no such words; it does not say which is wrong
    public static byte[] secret(String words) {
        String plain = Normalizer.normalize(words, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        String[] parts = plain.strip().split("\\s+", -1);
        byte[] bits = new byte[SECRET + 1];
        boolean valid = parts.length == WORDS;
        for (int i = 0; valid && i < WORDS; i++) {
            Integer place = PLACES.get(parts[i]);
            if (place == null) {
                valid = false;
            } else {
                for (int bit = 0; bit < 11; bit++) {
                    int at = i * 11 + bit;
                    bits[at / 8] |= (byte) (((place >> (10 - bit)) & 1) << (7 - at % 8));
                }
            }
        }
        byte[] secret = Arrays.copyOf(bits, SECRET);
        if (!valid || checksum(secret) != bits[SECRET]) {
            throw new FormatException("recovery phrase is not valid");
        }
        return secret;
    }

    private static int bits(byte[] bytes, int from) {
        int value = 0;
        for (int at = from; at < from + 11; at++) {
            value = value << 1 | (bytes[at / 8] >> (7 - at % 8) & 1);
        }
        return value;
    }

    private static byte checksum(byte[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret)[0];
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static List<String> list() {
        try (InputStream in = Passphrase.class.getResourceAsStream("bip39-english.txt")) {
            if (in == null) {
                throw new IllegalStateException("the word list is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Integer> places() {
        var places = new HashMap<String, Integer>();
        for (int i = 0; i < LIST.size(); i++) {
            places.put(LIST.get(i), i);
        }
        return Map.copyOf(places);
    }
}
