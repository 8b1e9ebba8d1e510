package dev.roosthold.cli.canary;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Texts and keys to be looked for in every form in which something might be written: as they are,
/// in UTF-16, in base64 of both alphabets at each of its three alignments, in hex, and escaped as
/// JSON may escape every letter. Used by one thread.
final class Needles {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// What can be found is at least that long.
    private static final int SHORTEST = 8;

    private static final int CHUNK = 1 << 20;

    private record Form(String name, byte[] bytes) {}

    private final Map<Long, List<Form>> byBeginning = new HashMap<>();
    private final BitSet beginnings = new BitSet(1 << 16);
    private int longest = SHORTEST;

    /// Looks for a text of at least 16 letters, digits or other ASCII characters.
    Needles text(String name, String text) {
        bytes(name, text.getBytes(StandardCharsets.US_ASCII));
        StringBuilder lower = new StringBuilder();
        text.chars().forEach(c -> lower.append("\\u%04x".formatted(c)));
        add(name + ", escaped", lower.toString());
        add(name + ", escaped", lower.toString().toUpperCase(Locale.ROOT).replace("\\U", "\\u"));
        wide(name, text);
        return this;
    }

    /// Looks for bytes, 16 or more.
    Needles bytes(String name, byte[] bytes) {
        add(name, bytes);
        String hex = HexFormat.of().formatHex(bytes);
        both(name + ", hex", hex);
        both(name + ", hex", hex.toUpperCase(Locale.ROOT));
        for (int before = 0; before < 3; before++) {
            both(name + ", base64", base64(Base64.getEncoder(), bytes, before));
            both(name + ", base64url", base64(Base64.getUrlEncoder(), bytes, before));
        }
        return this;
    }

    /// The names of what is in a stream, with the form.
    Set<String> in(InputStream in) throws IOException {
        Set<String> found = new TreeSet<>();
        byte[] buffer = new byte[CHUNK + longest];
        int kept = 0;
        for (int read = in.readNBytes(buffer, kept, CHUNK);
                read > 0;
                read = in.readNBytes(buffer, kept, CHUNK)) {
            int end = kept + read;
            look(buffer, end, found);
            kept = Math.min(longest - 1, end);
            System.arraycopy(buffer, end - kept, buffer, 0, kept);
        }
        return found;
    }

    private void look(byte[] buffer, int end, Set<String> found) {
        for (int at = 0; at + SHORTEST <= end; at++) {
            long beginning = (long) LONGS.get(buffer, at);
            if (beginnings.get(slot(beginning))) {
                for (Form form : byBeginning.getOrDefault(beginning, List.of())) {
                    int last = at + form.bytes().length;
                    if (last <= end
                            && Arrays.equals(
                                    buffer, at, last, form.bytes(), 0, form.bytes().length)) {
                        found.add(form.name());
                    }
                }
            }
        }
    }

    /// The part of the base64 of a longer text that these bytes alone decide.
    private static String base64(Base64.Encoder encoder, byte[] bytes, int before) {
        byte[] shifted = new byte[before + bytes.length];
        System.arraycopy(bytes, 0, shifted, before, bytes.length);
        String encoded = encoder.withoutPadding().encodeToString(shifted);
        int first = (before * 8 + 5) / 6;
        int end = shifted.length * 8 / 6;
        return encoded.substring(first, end);
    }

    private void both(String name, String text) {
        add(name, text);
        wide(name, text);
    }

    private void wide(String name, String text) {
        add(name + " in UTF-16", text.getBytes(StandardCharsets.UTF_16LE));
        add(name + " in UTF-16", text.getBytes(StandardCharsets.UTF_16BE));
    }

    private void add(String name, String ascii) {
        add(name, ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private void add(String name, byte[] bytes) {
        if (bytes.length < 16) {
            throw new IllegalArgumentException(name + " is too short to be found for certain");
        }
        long beginning = (long) LONGS.get(bytes, 0);
        byBeginning.computeIfAbsent(beginning, _ -> new ArrayList<>()).add(new Form(name, bytes));
        beginnings.set(slot(beginning));
        longest = Math.max(longest, bytes.length);
    }

    private static int slot(long beginning) {
        return (int) ((beginning * 0x9E3779B97F4A7C15L) >>> 48);
    }
}
