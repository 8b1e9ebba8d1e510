package dev.roosthold.relay.watch;

import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.store.CommitListener;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs commits that take so long that people notice, at most a line every ten seconds.
/// Thread-safe.
public final class SlowWriteLog implements CommitListener {
    private static final Logger LOG = LoggerFactory.getLogger(SlowWriteLog.class);

    /// From here on a sent message feels stuck.
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final LogBudget budget = LogBudget.of(new Rate(3, 0.1));
    private final long slowNanos;

    public SlowWriteLog() {
        this(SLOW);
    }

    SlowWriteLog(Duration slow) {
        slowNanos = slow.toNanos();
    }

    @Override
    public void committed(int writes, long nanos) {
        if (nanos < slowNanos) {
            return;
        }
        budget.tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atWarn()
                                        .addKeyValue("ms", nanos / 1_000_000)
                                        .addKeyValue("writes", writes)
                                        .addKeyValue("withheld", withheld)
                                        .log("slow commit: the disk is busy or failing"));
    }
}
