package dev.roosthold.history.keys;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// The 24 words from which every key of the history follows. Always drawn, never chosen: the salt
/// comes from the phrase itself, so all strength is in its 256 bits.
///
/// Not thread-safe. Closing it overwrites the words.
public final class RecoveryPhrase implements AutoCloseable {
    /// How many words a phrase has; no other number is accepted.
    public static final int WORDS = 24;

    private static final int ENTROPY = 32;
    private static final int BITS = 11;

    /// Longer input is no phrase: 24 words of at most 8 letters, with room for what is normalised.
    private static final int MAX_INPUT = 4096;

    private static final int MEMORY_KIB = 65_536;
    private static final int PASSES = 3;
    private static final int LANES = 4;

    private final byte[] words;

    private RecoveryPhrase(byte[] words) {
        this.words = words;
    }

    /// A new phrase.
    public static RecoveryPhrase generate(SecureRandom random) {
        byte[] bits = new byte[ENTROPY + 1];
        byte[] entropy = new byte[ENTROPY];
        random.nextBytes(entropy);
        System.arraycopy(entropy, 0, bits, 0, ENTROPY);
        bits[ENTROPY] = checksum(entropy);
        byte[] text = new byte[WORDS * 9];
        int length = 0;
        for (int i = 0; i < WORDS; i++) {
            byte[] word = WordList.word(number(bits, i * BITS));
            if (i > 0) {
                text[length++] = ' ';
            }
            System.arraycopy(word, 0, text, length, word.length);
            length += word.length;
        }
        var phrase = new RecoveryPhrase(Arrays.copyOf(text, length));
        Arrays.fill(text, (byte) 0);
        Arrays.fill(bits, (byte) 0);
        Arrays.fill(entropy, (byte) 0);
        return phrase;
    }

    /// What a person typed: NFKD, lower case, white space as one space, ends trimmed.
    ///
    /// @param typed is left as it is; its owner wipes it
    /// @throws InvalidPhraseException when it is no phrase of 24 words with the right checksum
    public static RecoveryPhrase parse(char[] typed) {
        if (typed.length > MAX_INPUT) {
            throw new InvalidPhraseException();
        }
        byte[] plain = normalised(typed);
        if (!isValid(plain)) {
            Arrays.fill(plain, (byte) 0);
            throw new InvalidPhraseException();
        }
        return new RecoveryPhrase(plain);
    }

    /// Whether this is a word of the list; for interactive input before it is submitted.
    public static boolean isWord(String word) {
        byte[] letters = normalised(word.toCharArray());
        return WordList.find(letters, 0, letters.length) >= 0;
    }

    private static byte[] normalised(char[] typed) {
        CharSequence text = CharBuffer.wrap(typed);
        for (char c : typed) {
            if (c > 0x7f) {
                // A text is made here, and only here: words of the list have no such letters.
                text = Normalizer.normalize(text, Normalizer.Form.NFKD);
                break;
            }
        }
        char[] plain = new char[text.length()];
        int length = 0;
        boolean gap = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                gap = length > 0;
            } else {
                if (gap) {
                    plain[length++] = ' ';
                    gap = false;
                }
                plain[length++] = Character.toLowerCase(c);
            }
        }
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(plain, 0, length));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(plain, '\0');
        return bytes;
    }

    private static boolean isValid(byte[] text) {
        byte[] bits = new byte[ENTROPY + 1];
        int from = 0;
        int count = 0;
        boolean known = true;
        while (from <= text.length) {
            int to = from;
            while (to < text.length && text[to] != ' ') {
                to++;
            }
            int number = WordList.find(text, from, to);
            if (number < 0 || count == WORDS) {
                known = false;
                break;
            }
            put(bits, count * BITS, number);
            count++;
            from = to + 1;
        }
        byte[] entropy = Arrays.copyOf(bits, ENTROPY);
        boolean valid = known && count == WORDS && checksum(entropy) == bits[ENTROPY];
        Arrays.fill(bits, (byte) 0);
        Arrays.fill(entropy, (byte) 0);
        return valid;
    }

    private static int number(byte[] bits, int at) {
        int value = 0;
        for (int bit = at; bit < at + BITS; bit++) {
            value = value << 1 | (bits[bit / 8] >> (7 - bit % 8) & 1);
        }
        return value;
    }

    private static void put(byte[] bits, int at, int number) {
        for (int bit = 0; bit < BITS; bit++) {
            int place = at + bit;
            bits[place / 8] |= (byte) ((number >> (BITS - 1 - bit) & 1) << (7 - place % 8));
        }
    }

    /// A copy of one word in UTF-8, to show it or to compare it with an answer.
    ///
    /// @param index from 0
    public byte[] word(int index) {
        var word = new ByteArrayOutputStream();
        int at = 0;
        for (byte b : words) {
            if (b == ' ') {
                at++;
            } else if (at == index) {
                word.write(b);
            }
        }
        if (word.size() == 0) {
            throw new IllegalArgumentException("no word " + index);
        }
        return word.toByteArray();
    }

    /// Whether an answer is this word, whatever its case and the blanks around it.
    public boolean isWordAt(int index, String answer) {
        byte[] typed = normalised(answer.toCharArray());
        return MessageDigest.isEqual(word(index), typed);
    }

    /// A copy of the words in UTF-8, separated by one space; to be wiped by its owner.
    public byte[] utf8() {
        return words.clone();
    }

    /// The first 16 bytes of SHA-256 of the phrase.
    byte[] salt() {
        return Arrays.copyOf(sha256(words), 16);
    }

    /// Argon2id over the phrase; takes about a quarter of a second and 64 MiB.
    public MasterKey masterKey() {
        var argon2 = new Argon2BytesGenerator();
        argon2.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(MEMORY_KIB)
                        .withIterations(PASSES)
                        .withParallelism(LANES)
                        .withSalt(salt())
                        .build());
        byte[] key = new byte[MasterKey.LENGTH];
        argon2.generateBytes(words, key);
        try {
            return new MasterKey(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static byte checksum(byte[] entropy) {
        return sha256(entropy)[0];
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        Arrays.fill(words, (byte) 0);
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
