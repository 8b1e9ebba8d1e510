package dev.roosthold.history.keys;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The 2,048 English words of BIP39, which are sorted. Words of a phrase are looked up in place, so
/// that none becomes a text of its own. Thread-safe.
final class WordList {
    static final int SIZE = 2048;

    private static final byte[][] WORDS = load();

    private WordList() {}

    /// The letters of a word, not to be changed.
    static byte[] word(int number) {
        return WORDS[number];
    }

    /// The number of the word that stands at these bytes; -1 when it is none.
    static int find(byte[] text, int from, int to) {
        int low = 0;
        int high = SIZE - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order =
                    java.util.Arrays.compare(
                            WORDS[middle], 0, WORDS[middle].length, text, from, to);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    private static byte[][] load() {
        try (InputStream in = WordList.class.getResourceAsStream("bip39-english.txt")) {
            if (in == null) {
                throw new IllegalStateException("the word list is missing");
            }
            List<String> lines =
                    new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
            if (lines.size() != SIZE) {
                throw new IllegalStateException("the word list has " + lines.size() + " words");
            }
            return lines.stream()
                    .map(line -> line.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
