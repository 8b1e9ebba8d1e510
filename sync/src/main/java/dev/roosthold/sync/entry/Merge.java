package dev.roosthold.sync.entry;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Which of two versions counts. All operations give the same in every order, so that every device
/// ends with the same.
public final class Merge {
    /// Of two writes to a preference the greater counts: time, then device, then ciphertext, texts
    /// by code unit.
    public static final Comparator<SyncEntry> PREFERENCE =
            Comparator.comparingLong(SyncEntry::updatedAt)
                    .thenComparing(SyncEntry::deviceId)
                    .thenComparing(SyncEntry::encrypted);

    private static final Comparator<SyncEntry> STATE =
            Comparator.comparingLong(SyncEntry::updatedAt)
                    .thenComparing(SyncEntry::stateBy)
                    .thenComparing(entry -> String.valueOf(entry.success()))
                    .thenComparing(entry -> String.valueOf(entry.executedAt()));

    private Merge() {}

    /// The version that counts when one comes to what is there.
    public static SyncEntry merge(SyncEntry known, SyncEntry next) {
        return switch (known.type()) {
            case COMMAND -> command(known, next);
            case PREFERENCE -> PREFERENCE.compare(next, known) > 0 ? next : known;
            case DEVICE -> {
                SyncEntry.Device mine = known.device();
                SyncEntry.Device other = next.device();
                yield mine == null || other == null
                        ? known
                        : SyncEntry.of(known.id(), mine.merge(other));
            }
        };
    }

    /// The immutable part of the first, and the state of both: executed if one says so, the outcome
    /// of the later version, deleted for good once one says so.
    public static SyncEntry command(SyncEntry known, SyncEntry next) {
        boolean newer = STATE.compare(next, known) > 0;
        SyncEntry state = newer ? next : known;
        Long deletedAt = least(known.deletedAt(), next.deletedAt());
        return known.with(
                deletedAt != null ? "" : known.encrypted(),
                state.updatedAt(),
                deletedAt,
                known.executed() || next.executed(),
                state.success(),
                state.executedAt(),
                state.stateBy());
    }

    private static @Nullable Long least(@Nullable Long one, @Nullable Long other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return Math.min(one, other);
    }
}
