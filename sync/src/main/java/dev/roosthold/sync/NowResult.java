package dev.roosthold.sync;

/// What a full cycle did.
public record NowResult(long pushed, long pulled, long pendingUp, long pendingDown) {}
