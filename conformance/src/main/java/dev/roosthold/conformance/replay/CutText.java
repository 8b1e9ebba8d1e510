package dev.roosthold.conformance.replay;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A long text of which the recordings keep only the start and the length, or only the length.
///
/// @param start how it starts; empty when only the length is kept
/// @param length in characters
record CutText(String start, int length) {
    private static final Pattern CUT = Pattern.compile("(.+)\\.\\.\\.<([0-9]+) chars>");
    private static final Pattern BYTES = Pattern.compile("<([0-9]+) bytes>");

    /// The cut text that a recorded text stands for; empty when it stands for itself.
    static Optional<CutText> of(String recorded) {
        Matcher cut = CUT.matcher(recorded);
        if (cut.matches()) {
            return Optional.of(new CutText(cut.group(1), Integer.parseInt(cut.group(2))));
        }
        Matcher bytes = BYTES.matcher(recorded);
        return bytes.matches()
                ? Optional.of(new CutText("", Integer.parseInt(bytes.group(1))))
                : Optional.empty();
    }

    boolean fits(String whole) {
        return whole.length() == length && whole.startsWith(start);
    }

    /// The whole text.
    ///
    /// @throws ReplayException when no known text has this start and length
    String whole() {
        if (start.isEmpty()) {
            // The recorded attachment is full of these: downloads show it.
            return "\t".repeat(length);
        }
        return Stream.of(
                        list("messages", "{\"content\":\"x\",\"localId\":\"l%d\"}"),
                        list("mutations", "{\"key\":\"k%d\",\"value\":null,\"version\":-1}"),
                        "{\"messages\":[{\"content\":\""
                                + "x".repeat(2 << 20)
                                + "\",\"localId\":\"big-local\"}]}")
                .filter(this::fits)
                .findFirst()
                .orElseThrow(() -> new ReplayException("unknown cut text " + this));
    }

    /// A body with 101 elements, one more than the recorded server takes.
    private static String list(String name, String element) {
        return IntStream.range(0, 101)
                .mapToObj(element::formatted)
                .collect(Collectors.joining(",", "{\"" + name + "\":[", "]}"));
    }
}
