package dev.roosthold.sync.rpc;

import java.util.function.LongSupplier;

/// So many per second, and so many at once. For one thread.
public final class TokenBucket {
    private final double perNano;
    private final double burst;
    private final LongSupplier nanos;
    private double tokens;
    private long last;

    public TokenBucket(int perSecond, int burst, LongSupplier nanos) {
        this.perNano = perSecond / 1e9;
        this.burst = burst;
        this.nanos = nanos;
        tokens = burst;
        last = nanos.getAsLong();
    }

    /// Takes one.
    ///
    /// @return 0, or after how many milliseconds there is one
    public long take() {
        long now = nanos.getAsLong();
        tokens = Math.min(burst, tokens + (now - last) * perNano);
        last = now;
        if (tokens >= 1) {
            tokens--;
            return 0;
        }
        return Math.max(1, (long) Math.ceil((1 - tokens) / perNano / 1e6));
    }
}
