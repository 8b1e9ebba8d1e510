package dev.roosthold.relay.rpc;

import java.time.Duration;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices that this process did not run for a while, and until when what comes from the bus may
/// have waited for it meanwhile: whoever called then has given up, or will before it is looked at.
/// Thread-safe.
final class Absence {
    private static final Logger LOG = LoggerFactory.getLogger(Absence.class);

    /// A look that is so late was held up together with everything else.
    private static final long AWAY_NANOS = Duration.ofSeconds(2).toNanos();

    private final LongConsumer askForEcho;
    private volatile boolean looks;
    private volatile long lookedAtNanos;

    /// The first echo that comes after all that has waited; 0 when nothing has.
    private volatile long awaited;

    private long echoes;

    /// @param askForEcho lets [#echoed] be called with that number after everything that is on its
    ///     way to this node; may be lost. Must not block
    Absence(LongConsumer askForEcho) {
        this.askForEcho = askForEcho;
    }

    /// Called several times a second, from the first call on.
    synchronized void look() {
        long now = System.nanoTime();
        if (looks && now - lookedAtNanos > AWAY_NANOS) {
            awaited = ++echoes;
            LOG.atWarn()
                    .addKeyValue("ms", (now - lookedAtNanos) / 1_000_000)
                    .log("this process did not run; calls that have waited for it are refused");
        }
        lookedAtNanos = now;
        looks = true;
        if (awaited != 0) {
            askForEcho.accept(++echoes);
        }
    }

    synchronized void echoed(long number) {
        if (number >= awaited) {
            awaited = 0;
        }
    }

    /// Whether what comes now may have waited. Also true before the first look after an absence.
    boolean mayHaveWaited() {
        return awaited != 0 || looks && System.nanoTime() - lookedAtNanos > AWAY_NANOS;
    }
}
