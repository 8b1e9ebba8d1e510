package dev.roosthold.history.entry;

/// A text whose reader is stopped after a while: a pattern can need longer than anybody waits, and
/// patterns come from the person or from another device. One thread only.
final class TimedText implements CharSequence {
    private static final long MOST_NANOS = 100_000_000;
    private static final int LOOK_EVERY = 4096;

    private final CharSequence text;
    private final long end = System.nanoTime() + MOST_NANOS;
    private int reads;

    /// The pattern took too long.
    static final class TooSlow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooSlow() {
            super("a pattern takes too long", null, false, false);
        }
    }

    TimedText(CharSequence text) {
        this.text = text;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (++reads % LOOK_EVERY == 0 && System.nanoTime() - end > 0) {
            throw new TooSlow();
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int to) {
        return text.subSequence(start, to);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
