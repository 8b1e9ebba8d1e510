package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base58;
import java.nio.charset.StandardCharsets;

/// The hash of a whole session, and the bytes that are signed for it. For one thread.
public final class RunningHash {
    private final Blake3 state;

    public RunningHash() {
        this(new Blake3());
    }

    private RunningHash(Blake3 state) {
        this.state = state;
    }

    public void add(byte[] bytes, int length) {
        state.update(bytes, 0, length);
    }

    public RunningHash copy() {
        return new RunningHash(state.copy());
    }

    /// `hash_z...` of everything so far.
    public String text() {
        return "hash_z" + Base58.encode(state.digest());
    }

    /// What a session's author signs: the hash as a JSON string, quotes included.
    public byte[] signedBytes() {
        return ('"' + text() + '"').getBytes(StandardCharsets.ISO_8859_1);
    }
}
