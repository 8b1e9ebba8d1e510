package dev.roosthold.history.entry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/// Ids of entries that follow from what they are: whoever reads the same source again gets the same
/// ids, so that nothing is there twice.
public final class EntryIds {
    private EntryIds() {}

    /// A UUID of version 8 from the hash of the parts.
    ///
    /// @param kind of the source; parts of one kind never meet those of another
    public static String of(String kind, byte[]... parts) {
        MessageDigest hash = sha256();
        part(hash, kind.getBytes(StandardCharsets.UTF_8));
        for (byte[] one : parts) {
            part(hash, one);
        }
        ByteBuffer digest = ByteBuffer.wrap(hash.digest());
        long high = digest.getLong() & ~0xf000L | 0x8000L;
        long low = digest.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /// Like [#of(String, byte\[\]...)], for texts. Lone surrogates stand for bytes that were no
    /// UTF-8, and count.
    public static String of(String kind, String... parts) {
        byte[][] bytes = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = parts[i].getBytes(StandardCharsets.UTF_16BE);
        }
        return of(kind, bytes);
    }

    private static void part(MessageDigest hash, byte[] bytes) {
        hash.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        hash.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
