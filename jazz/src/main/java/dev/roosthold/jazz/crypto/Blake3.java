package dev.roosthold.jazz.crypto;

import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.Blake3Digest;

/// BLAKE3 with 32 bytes of output, unkeyed, as a running state. [#digest] leaves the state as
/// it is, so one state gives the hash of every prefix. For one thread.
public final class Blake3 {
    private final Blake3Digest state;

    public Blake3() {
        this(new Blake3Digest(256));
    }

    private Blake3(Blake3Digest state) {
        this.state = state;
    }

    public Blake3 update(byte[] bytes, int from, int length) {
        state.update(bytes, from, length);
        return this;
    }

    public Blake3 update(byte[] bytes) {
        return update(bytes, 0, bytes.length);
    }

    /// An independent state that has seen the same bytes. Costs a few hundred bytes.
    public Blake3 copy() {
        return new Blake3(new Blake3Digest(state));
    }

    /// The hash of everything so far.
    public byte[] digest() {
        byte[] hash = new byte[32];
        new Blake3Digest(state).doFinal(hash, 0);
        return hash;
    }

    public static byte[] hash(byte[] bytes) {
        return new Blake3().update(bytes).digest();
    }

    /// The hash of a context's text followed by the data (concatenated, not BLAKE3's own mode).
    public static byte[] hash(String context, byte[] data) {
        return new Blake3().update(context.getBytes(StandardCharsets.UTF_8)).update(data).digest();
    }

    /// `hash_z...` of a value's stable form.
    public static String secureHash(Json value) {
        return "hash_z" + Base58.encode(stableHash(value));
    }

    /// `shortHash_z...` of a value's stable form: 19 bytes.
    public static String shortHash(Json value) {
        return "shortHash_z" + Base58.encode(Arrays.copyOf(stableHash(value), 19));
    }

    /// The hash of a value's stable form.
    public static byte[] stableHash(Json value) {
        return hash(JsonText.stable(value).getBytes(StandardCharsets.UTF_8));
    }
}
