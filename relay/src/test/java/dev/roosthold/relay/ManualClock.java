package dev.roosthold.relay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until it is moved.
public final class ManualClock implements InstantSource {
    private final AtomicLong nowMs = new AtomicLong(System.currentTimeMillis());

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMs.get());
    }

    public void pass(Duration time) {
        nowMs.addAndGet(time.toMillis());
    }
}
