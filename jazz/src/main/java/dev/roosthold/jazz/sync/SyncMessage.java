package dev.roosthold.jazz.sync;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What peers say to each other.
public sealed interface SyncMessage {
    /// "I have this much; send the rest and keep me updated."
    record Load(KnownState known) implements SyncMessage {}

    /// "I have this much."
    ///
    /// @param correction "you assumed too much, resend from here"
    record Known(KnownState known, boolean correction) implements SyncMessage {}

    /// Transactions.
    record Push(Content content) implements SyncMessage {}

    /// Obsolete; ignored.
    record Done(CoId id) implements SyncMessage {}

    /// Comparison of many values at once.
    ///
    /// @param values short hash of the sessions' counts by value
    record Reconcile(String batch, Map<CoId, String> values) implements SyncMessage {
        public Reconcile {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /// Answer to [Reconcile], after the loads for what differs.
    record ReconcileAck(String batch) implements SyncMessage {}

    /// Sign of life of a relay.
    ///
    /// @param time the relay's clock, Unix milliseconds
    record Ping(long time) implements SyncMessage {}
}
