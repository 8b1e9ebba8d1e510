package dev.roosthold.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A node of the HMAC-SHA512 key tree: a key and the chain code from which its children come.
///
/// ```
/// root(seed, usage):  I = HMAC-SHA512(key = UTF8(usage + " Master Seed"), data = seed)
/// child(chain, name): I = HMAC-SHA512(key = chain, data = 0x00 || UTF8(name))
/// key = I[0..31], chain = I[32..63]
/// ```
///
/// Only the chain code goes into the next step, so a key that is given away reveals neither its
/// siblings nor its children. Never changes until it is closed.
public final class KeyTree implements AutoCloseable {
    private final SymmetricKey key;
    private final SymmetricKey chain;

    /// Wipes what it is given.
    private KeyTree(byte[] both) {
        byte[] first = Arrays.copyOf(both, KeyBytes.LENGTH);
        byte[] second = Arrays.copyOfRange(both, KeyBytes.LENGTH, both.length);
        key = new SymmetricKey(first);
        chain = new SymmetricKey(second);
        Arrays.fill(first, (byte) 0);
        Arrays.fill(second, (byte) 0);
        Arrays.fill(both, (byte) 0);
    }

    /// The root for one usage of a source key.
    public static KeyTree root(KeyBytes source, String usage) {
        byte[] macKey = (usage + " Master Seed").getBytes(StandardCharsets.UTF_8);
        return new KeyTree(hmac(macKey, source.shared()));
    }

    public KeyTree child(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        byte[] data = new byte[utf8.length + 1];
        System.arraycopy(utf8, 0, data, 1, utf8.length);
        return new KeyTree(hmac(chain.shared(), data));
    }

    /// The key at a path below the root; an empty path gives the root key.
    public static SymmetricKey derive(KeyBytes source, String usage, String... path) {
        KeyTree node = root(source, usage);
        for (String name : path) {
            KeyTree child = node.child(name);
            node.close();
            node = child;
        }
        node.chain.close();
        return node.key;
    }

    public SymmetricKey key() {
        return key;
    }

    SymmetricKey chain() {
        return chain;
    }

    /// Wipes the key and the chain code.
    @Override
    public void close() {
        key.close();
        chain.close();
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }

    private static byte[] hmac(byte[] macKey, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            mac.init(new SecretKeySpec(macKey, "HmacSHA512"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA512", e);
        }
    }
}
