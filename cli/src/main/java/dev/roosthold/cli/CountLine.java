package dev.roosthold.cli;

/// A line at the terminal that counts and is gone afterwards.
///
/// @param shown whether somebody looks
record CountLine(boolean shown) {
    private static final String CLEAR = "\r\u001b[K";

    void show(String line) {
        if (shown) {
            System.err.print(CLEAR + line);
            System.err.flush();
        }
    }

    void clear() {
        show("");
    }
}
