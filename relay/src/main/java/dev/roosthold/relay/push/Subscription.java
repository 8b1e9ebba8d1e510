package dev.roosthold.relay.push;

/// A browser that wants notifications. Its address is a secret: whoever has it can send there.
///
/// @param endpoint address at the browser's push service
/// @param key the browser's point on P-256, 65 bytes
/// @param auth 16 bytes that the browser and the relay share; encrypted in the database
/// @param updatedAt Unix milliseconds of the latest registration
@SuppressWarnings("ArrayRecordComponent") // never compared
record Subscription(String endpoint, byte[] key, byte[] auth, long updatedAt) {
    static final int AUTH_BYTES = 16;

    @Override
    public String toString() {
        return "Subscription[redacted]";
    }
}
