package dev.roosthold.jazz.value;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.JsonReader;
import dev.roosthold.jazz.encoding.Utf8Buffer;
import org.jspecify.annotations.Nullable;

/// One step of a session. The texts are kept as they came, because they are what was signed.
public sealed interface Transaction {
    /// Unix milliseconds, as the author's clock said.
    long madeAt();

    /// JSON text (trusting) or `encrypted_U...` (private), or null.
    @Nullable String meta();

    /// Characters of changes, for the limits.
    int size();

    /// Appends the form that is hashed: fixed members in a fixed order.
    void canonical(Utf8Buffer out);

    /// Readable for everybody.
    record Trusting(long madeAt, String changes, @Nullable String meta) implements Transaction {
        public Trusting {
            check(madeAt, changes);
        }

        @Override
        public int size() {
            return changes.length();
        }

        @Override
        public void canonical(Utf8Buffer out) {
            out.ascii("{\"changes\":").string(changes).ascii(",\"madeAt\":").number(madeAt);
            if (meta != null) {
                out.ascii(",\"meta\":").string(meta);
            }
            out.ascii(",\"privacy\":\"trusting\"}");
        }
    }

    /// Readable with a read key.
    record Private(long madeAt, String keyUsed, String encryptedChanges, @Nullable String meta)
            implements Transaction {
        public Private {
            check(madeAt, encryptedChanges);
        }

        @Override
        public int size() {
            return encryptedChanges.length();
        }

        @Override
        public void canonical(Utf8Buffer out) {
            out.ascii("{\"encryptedChanges\":")
                    .string(encryptedChanges)
                    .ascii(",\"keyUsed\":")
                    .string(keyUsed)
                    .ascii(",\"madeAt\":")
                    .number(madeAt);
            if (meta != null) {
                out.ascii(",\"meta\":").string(meta);
            }
            out.ascii(",\"privacy\":\"private\"}");
        }
    }

    private static void check(long madeAt, String changes) {
        if (madeAt < 0 || madeAt > JsonReader.MAX_SAFE_INTEGER) {
            throw new FormatException("madeAt is not a time");
        }
        if (changes.length() > Limits.MAX_CHANGES) {
            throw new FormatException("the changes of a transaction are too long");
        }
    }
}
