package dev.roosthold.relay.limits;

/// A token bucket that starts full. Thread-safe.
public final class TokenBucket {
    private final Rate rate;
    private double tokens;
    private long filledAtMs;

    public TokenBucket(Rate rate, long nowMs) {
        this.rate = rate;
        this.tokens = rate.burst();
        this.filledAtMs = nowMs;
    }

    /// Whether it may happen once more now; a refusal takes nothing.
    public synchronized boolean tryTake(long nowMs) {
        fill(nowMs);
        if (tokens < 1) {
            return false;
        }
        tokens -= 1;
        return true;
    }

    /// It happened so many times, whether it might or not.
    public synchronized void take(int times, long nowMs) {
        fill(nowMs);
        tokens = Math.max(0, tokens - times);
    }

    private void fill(long nowMs) {
        long elapsedMs = Math.max(0, nowMs - filledAtMs);
        tokens = Math.min(rate.burst(), tokens + elapsedMs * rate.perSecond() / 1000);
        filledAtMs = nowMs;
    }
}
