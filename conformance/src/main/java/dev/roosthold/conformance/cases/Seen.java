package dev.roosthold.conformance.cases;

import java.util.List;

/// What a case saw.
///
/// @param asExpected whether that is right
/// @param text one line
/// @param details more lines
record Seen(boolean asExpected, String text, List<String> details) {

    static Seen right(String text) {
        return new Seen(true, text, List.of());
    }

    static Seen wrong(String text) {
        return new Seen(false, text, List.of());
    }

    static Seen of(boolean asExpected, String text) {
        return new Seen(asExpected, text, List.of());
    }

    /// Of a suite that lists what is wrong.
    static Seen of(String text, List<String> wrong) {
        return wrong.isEmpty()
                ? right(text)
                : new Seen(false, text + ", " + wrong.size() + " wrong", wrong);
    }
}
