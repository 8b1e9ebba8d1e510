package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.TransactionId;
import java.util.Comparator;
import java.util.List;

/// A transaction that counts, decrypted.
///
/// @param shown false for one that lost against an earlier one of the same `fww` meta
record Counted(TransactionId id, long madeAt, List<Json> changes, boolean shown) {
    /// Time, then session, then place in the session.
    static final Comparator<Counted> ORDER =
            Comparator.comparingLong(Counted::madeAt)
                    .thenComparing(counted -> counted.id().session())
                    .thenComparingInt(counted -> counted.id().index());

    Counted hidden() {
        return new Counted(id, madeAt, changes, false);
    }
}
