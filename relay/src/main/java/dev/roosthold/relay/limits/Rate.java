package dev.roosthold.relay.limits;

/// How often something may happen: at most `burst` at once, and `perSecond` over time.
public record Rate(int burst, double perSecond) {
    public Rate {
        if (burst < 1 || perSecond <= 0) {
            throw new IllegalArgumentException("a rate lets something through");
        }
    }
}
