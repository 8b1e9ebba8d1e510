package dev.roosthold.sync.replica;

import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.sync.entry.EntryType;
import dev.roosthold.sync.entry.SyncEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How entries stand in shared values, schema version 2. All values are owned by the account and
/// have ids that follow from its id, so that every device finds the same ones without asking.
///
/// | Value | What it holds |
/// |---|---|
/// | root, map | version, and references to the others |
/// | history, feed | one object per command, as it was when it was made |
/// | states, map | what has changed since: per command an object |
/// | preferences, map | a reference to the entries, and the time of the last change |
/// | preference entries, map | per key the ciphertext, and under `key@` its time and device |
/// | devices, list | references to one map per device |
public record Layout(
        CoId account,
        CoId root,
        CoId history,
        CoId states,
        CoId preferences,
        CoId preferenceEntries,
        CoId devices) {
    /// The version that this program writes.
    public static final int SCHEMA = 2;

    static final String ROOT = "caro-sync-root-v1";
    static final String HISTORY = "caro-sync-history-v1";
    static final String STATES = "caro-sync-entry-states-v2";
    static final String PREFERENCES = "caro-sync-preferences-v1";
    static final String PREFERENCE_ENTRIES = "caro-sync-preference-entries-v1";
    static final String DEVICES = "caro-sync-devices-v1";
    static final String DEVICE = "caro-sync-device-v1/";

    /// Longest text that is taken from a shared value, besides ciphertext.
    private static final int LONGEST = 200;

    private static final int LONGEST_BLOB = 20_000;

    /// The values of an account.
    public static Layout of(CoId account) {
        return new Layout(
                account,
                Jazz.uniqueId(ValueType.MAP, account, ROOT),
                Jazz.uniqueId(ValueType.FEED, account, HISTORY),
                Jazz.uniqueId(ValueType.MAP, account, STATES),
                Jazz.uniqueId(ValueType.MAP, account, PREFERENCES),
                Jazz.uniqueId(ValueType.MAP, account, PREFERENCE_ENTRIES),
                Jazz.uniqueId(ValueType.LIST, account, DEVICES));
    }

    /// A command as an item of the feed.
    static Json.Obj item(SyncEntry entry) {
        var members = new LinkedHashMap<String, Json>();
        members.put("id", Json.of(entry.id()));
        members.put("deviceId", Json.of(entry.deviceId()));
        members.put("encryptedPayload", Json.of(entry.encrypted()));
        members.put("safetyLevel", Json.of(String.valueOf(entry.safetyLevel())));
        members.put("createdAt", Json.of((double) entry.createdAt()));
        state(members, entry);
        return new Json.Obj(members);
    }

    /// The state of a command as a value of the map of states.
    static Json.Obj state(SyncEntry entry) {
        var members = new LinkedHashMap<String, Json>();
        state(members, entry);
        return new Json.Obj(members);
    }

    private static void state(Map<String, Json> to, SyncEntry entry) {
        to.put("executed", Json.of(entry.executed()));
        if (entry.success() != null) {
            to.put("success", Json.of(entry.success().booleanValue()));
        }
        if (entry.executedAt() != null) {
            to.put("executedAt", Json.of((double) entry.executedAt()));
        }
        if (entry.deletedAt() != null) {
            to.put("deletedAt", Json.of((double) entry.deletedAt()));
        }
        to.put("updatedAt", Json.of((double) entry.updatedAt()));
        to.put("stateBy", Json.of(entry.stateBy()));
    }

    /// Reads an item of the feed, or the members of a map of version 1.
    static Optional<SyncEntry> command(Map<String, Json> from) {
        String id = text(from, "id", LONGEST);
        String deviceId = text(from, "deviceId", LONGEST);
        String encrypted = text(from, "encryptedPayload", LONGEST_BLOB);
        String level = text(from, "safetyLevel", LONGEST);
        Long createdAt = number(from, "createdAt");
        if (id == null
                || deviceId == null
                || encrypted == null
                || level == null
                || createdAt == null) {
            return Optional.empty();
        }
        return Optional.of(withState(id, deviceId, encrypted, level, createdAt, from));
    }

    /// Reads the state of a command.
    static Optional<SyncEntry> state(String id, Json value) {
        return value instanceof Json.Obj(var members) && id.length() <= LONGEST
                ? Optional.of(withState(id, "", "", "", 0, members))
                : Optional.empty();
    }

    private static SyncEntry withState(
            String id,
            String deviceId,
            String encrypted,
            String level,
            long createdAt,
            Map<String, Json> from) {
        Long updatedAt = number(from, "updatedAt");
        String by = text(from, "stateBy", LONGEST);
        Long deletedAt = number(from, "deletedAt");
        return new SyncEntry(
                EntryType.COMMAND,
                id,
                deletedAt == null ? encrypted : "",
                deviceId,
                createdAt,
                updatedAt == null ? createdAt : updatedAt,
                deletedAt,
                level,
                Json.of(true).equals(from.get("executed")),
                from.get("success") instanceof Json.Bool(boolean value) ? (Boolean) value : null,
                number(from, "executedAt"),
                by == null ? deviceId : by,
                null);
    }

    /// The time and the device of a preference.
    static String stamp(SyncEntry entry) {
        var members = new LinkedHashMap<String, Json>();
        members.put("updatedAt", Json.of((double) entry.updatedAt()));
        members.put("deviceId", Json.of(entry.deviceId()));
        members.put("createdAt", Json.of((double) entry.createdAt()));
        if (entry.deletedAt() != null) {
            members.put("deletedAt", Json.of((double) entry.deletedAt()));
        }
        return dev.roosthold.jazz.encoding.JsonText.compact(new Json.Obj(members));
    }

    /// Reads a write to a preference.
    ///
    /// @param encrypted null when the key was deleted
    /// @param stamp what stands under `key@` in the same transaction, or null
    /// @param madeAt the time of the transaction, for writers that know no stamp
    static SyncEntry preference(
            String key, @Nullable String encrypted, @Nullable Json stamp, long madeAt) {
        Map<String, Json> members = Map.of();
        if (stamp instanceof Json.Str(String text) && text.length() <= 4 * LONGEST) {
            try {
                if (Json.parse(text) instanceof Json.Obj(var read)) {
                    members = read;
                }
            } catch (dev.roosthold.jazz.encoding.FormatException e) {
                // As if there were none.
            }
        }
        Long updatedAt = number(members, "updatedAt");
        String deviceId = text(members, "deviceId", LONGEST);
        Long createdAt = number(members, "createdAt");
        Long deletedAt = number(members, "deletedAt");
        long at = updatedAt == null ? madeAt : updatedAt;
        if (encrypted == null && deletedAt == null) {
            deletedAt = at;
        }
        String by = deviceId == null ? "" : deviceId;
        return new SyncEntry(
                EntryType.PREFERENCE,
                key,
                deletedAt != null || encrypted == null ? "" : encrypted,
                by,
                createdAt == null ? at : createdAt,
                at,
                deletedAt,
                null,
                false,
                null,
                null,
                by,
                null);
    }

    static @Nullable String text(Map<String, Json> from, String name, int longest) {
        return from.get(name) instanceof Json.Str(String text) && text.length() <= longest
                ? text
                : null;
    }

    static @Nullable Long number(Map<String, Json> from, String name) {
        return from.get(name) instanceof Json.Num(double number)
                        && number == Math.rint(number)
                        && Math.abs(number) <= 9e15
                ? (Long) (long) number
                : null;
    }

    /// All values but the devices' own.
    List<CoId> values() {
        return List.of(root, history, states, preferences, preferenceEntries, devices);
    }
}
