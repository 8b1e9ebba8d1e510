package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.faults.FaultyComputer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;

/// Lets one call of the server to its disk fail, or all of them for a while as when the disk is
/// full, by the seed.
final class DiskTrouble implements Trouble {
    /// A commit makes a few calls, so that each of them may be the one.
    private static final int CALLS = 40;

    private final FaultyComputer computer;
    private final Random random;

    DiskTrouble(FaultyComputer computer, long seed) {
        this.computer = computer;
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws IOException, InterruptedException {
        Thread.sleep(50 + random.nextInt(250));
        if (random.nextInt(3) == 0) {
            computer.fillDisk();
        } else {
            computer.failCall(1 + random.nextInt(CALLS));
        }
        Thread.sleep(50 + random.nextInt(350));
        computer.mendDisk();
        return Kind.DISK;
    }

    @Override
    public void close() {
        try {
            computer.mendDisk();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
