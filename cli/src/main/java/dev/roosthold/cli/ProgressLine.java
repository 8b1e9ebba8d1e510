package dev.roosthold.cli;

import dev.roosthold.client.overview.Overview;

/// A line at the terminal that counts while something takes its time, and is gone afterwards. Not
/// shown when nobody looks, nor for what is done at once.
final class ProgressLine implements Overview.Progress, AutoCloseable {
    private static final long LATE_NANOS = 300_000_000;
    private static final String CLEAR = "\r\u001b[K";

    private final String what;
    private final boolean shown;
    private final long begun = System.nanoTime();
    private boolean drawn;

    ProgressLine(String what) {
        this.what = what;
        shown = Ask.isTerminal() && Style.wanted(System.getenv());
    }

    @Override
    public void at(int done, int of) {
        if (shown && done < of && System.nanoTime() - begun > LATE_NANOS) {
            drawn = true;
            System.err.print(CLEAR + what + " " + done + " of " + of);
            System.err.flush();
        }
    }

    @Override
    public void close() {
        if (drawn) {
            System.err.print(CLEAR);
            System.err.flush();
        }
    }
}
