package dev.roosthold.history;

import dev.roosthold.history.HistoryException.Reason;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.ExcludePatterns;
import dev.roosthold.history.entry.SafetyLevel;
import dev.roosthold.history.ipc.Answer;
import dev.roosthold.history.ipc.PushEntry;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncError;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.keys.ContentKey;
import dev.roosthold.history.keys.DecryptionException;
import dev.roosthold.history.keys.HistoryKeys;
import dev.roosthold.history.keys.KeyFile;
import dev.roosthold.history.keys.MasterKey;
import dev.roosthold.history.spool.Spool;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.history.store.HistoryStore;
import dev.roosthold.history.store.StoredEntry;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.MalformedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The history of a person on this computer, and its way to and from the sync daemon.
///
/// A command comes from the spool or an import into the database; there it waits to be pushed, or
/// stays for a reason that is noted with it. It counts as pushed when the sync daemon has answered,
/// which means that it is on that daemon's disk. Whoever is killed in between does it again, with
/// the same ids, which changes nothing.
///
/// Thread-safe. Several processes may use the same history.
public final class History implements AutoCloseable {
    /// The preference with the person's own patterns: a list of texts.
    public static final String EXCLUDE_PATTERNS = "excludePatterns";

    /// The preference that tells the other devices that the account was left.
    public static final String ROTATED = "caro-sync-rotated";

    private static final Logger LOG = LoggerFactory.getLogger(History.class);
    private static final int PAGE = 1000;
    private static final int BATCH = 500;
    private static final int TRIES = 3;
    private static final long MAX_PATTERN_FILE = 1 << 20;

    private static final String ACCOUNT = "account";
    private static final String CURSOR = "cursor";

    private final HistoryPlaces places;
    private final Clock clock;
    private final HistoryStore store;
    private final Spool spool;
    private final KeyFile keyFile;

    private History(HistoryPlaces places, Clock clock, HistoryStore store) {
        this.places = places;
        this.clock = clock;
        this.store = store;
        spool = new Spool(places.spool());
        keyFile = new KeyFile(places.keys());
    }

    /// Opens the history and makes it when there is none.
    public static History open(HistoryPlaces places, Clock clock) {
        return new History(places, clock, HistoryStore.open(places.database()));
    }

    public HistoryPlaces places() {
        return places;
    }

    public HistoryStore store() {
        return store;
    }

    public Spool spool() {
        return spool;
    }

    public KeyFile keyFile() {
        return keyFile;
    }

    /// The keys of this computer, to be closed by the caller.
    ///
    /// @throws HistoryException when there are none
    public HistoryKeys keys() {
        return keyFile.read()
                .orElseThrow(
                        () ->
                                new HistoryException(
                                        Reason.NO_KEYS, "this computer has no keys of a history"));
    }

    // What stays here.

    /// The patterns in force: the usual ones, those of the file and those of the preference.
    public ExcludePatterns excludePatterns() {
        List<String> patterns = new ArrayList<>(patternsOfFile());
        patterns.addAll(patternsOfPreference());
        return ExcludePatterns.with(patterns);
    }

    /// One regular expression per line; lines that begin with # are remarks.
    public List<String> patternsOfFile() {
        try {
            if (Files.size(places.patterns()) > MAX_PATTERN_FILE) {
                return List.of();
            }
            return Files.readAllLines(places.patterns(), StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            // Without them a command could leave that must not: nothing leaves.
            throw new HistoryException(
                    Reason.INVALID, places.patterns() + " cannot be read as text");
        }
    }

    /// Those that are the same on all devices.
    public List<String> patternsOfPreference() {
        String value = store.preferences().get(EXCLUDE_PATTERNS);
        if (value == null) {
            return List.of();
        }
        try {
            List<String> patterns = new ArrayList<>();
            for (JsonNode one : Codec.parse(value.getBytes(StandardCharsets.UTF_8))) {
                if (one.isString()) {
                    patterns.add(one.stringValue());
                }
            }
            return List.copyOf(patterns);
        } catch (MalformedJson _) {
            return List.of();
        }
    }

    // Into the database.

    /// Adds commands; those that are to stay here are marked so.
    ///
    /// @return how many are new
    public int add(Collection<CommandEntry> entries) {
        ExcludePatterns patterns = excludePatterns();
        List<StoredEntry> checked = new ArrayList<>(entries.size());
        for (CommandEntry entry : entries) {
            Optional<String> why = patterns.reason(entry.command());
            if (why.isEmpty() && entry.plaintext().length > ContentKey.MAX_PLAINTEXT) {
                why =
                        Optional.of(
                                "longer than "
                                        + ContentKey.MAX_PLAINTEXT
                                        + " bytes; it is not cut");
            }
            checked.add(
                    new StoredEntry(
                            entry, why.isPresent() ? EntryState.LOCAL : EntryState.PENDING, why));
        }
        return store.add(checked);
    }

    /// Takes over what the shells have written, and pushes it.
    ///
    /// Without keys the files of the spool go when the database has their lines; with keys, when
    /// the sync daemon has them too.
    ///
    /// @param client empty when the sync daemon does not run: the spool is read and stays
    public SpoolReport drain(Optional<SyncClient> client) throws IOException, InterruptedException {
        Optional<Spool.Reading> reading = spool.read();
        if (reading.isEmpty()) {
            return SpoolReport.NOTHING;
        }
        try (Spool.Reading open = reading.get()) {
            List<Spool.Taken> taken = open.take();
            int added = 0;
            int rejected = 0;
            for (Spool.Taken one : taken) {
                added += add(one.entries());
                rejected += one.rejected().size();
            }
            if (client.isPresent() && keyFile.exists()) {
                push(client.get(), _ -> {});
            }
            for (Spool.Taken one : taken) {
                boolean safe =
                        !keyFile.exists()
                                || store.allSettled(
                                        one.entries().stream().map(CommandEntry::id).toList());
                if (safe) {
                    open.done(one);
                }
            }
            return new SpoolReport(added, rejected);
        }
    }

    // To the sync daemon.

    /// Pushes everything that waits.
    ///
    /// @param progress takes the number of entries pushed so far
    /// @throws HistoryException when there are no keys, or they belong to another account
    /// @throws dev.roosthold.history.ipc.SyncRefusedException when the daemon refuses all
    public PushReport push(SyncClient client, LongConsumer progress) throws InterruptedException {
        try (HistoryKeys keys = keys()) {
            SyncReplies.Status status = account(client, keys);
            long pushed = 0;
            long kept = 0;
            while (true) {
                List<StoredEntry> waiting = store.pending(BATCH);
                if (waiting.isEmpty()) {
                    return new PushReport(pushed, kept, 0);
                }
                List<PushEntry> sealed = new ArrayList<>();
                for (StoredEntry one : waiting) {
                    byte[] plaintext = one.entry().plaintext();
                    if (plaintext.length > ContentKey.MAX_PLAINTEXT) {
                        keep(one.entry().id(), "longer than 10240 bytes; it is not cut");
                        kept++;
                    } else {
                        sealed.add(
                                sealed(
                                        one.entry(),
                                        keys.sealCommand(plaintext),
                                        status.deviceId()));
                    }
                }
                for (List<PushEntry> batch : SyncClient.batches(sealed)) {
                    Answer<SyncReplies.Pushed> answer = pushBatch(client, batch);
                    if (answer instanceof Answer.Refused<SyncReplies.Pushed>(var error)
                            && error.code() == SyncError.STORAGE_FULL) {
                        return new PushReport(pushed, kept, store.count(EntryState.PENDING));
                    }
                    SyncReplies.Pushed done = answer.orThrow();
                    long refused = settle(batch, done);
                    kept += refused;
                    pushed += batch.size() - refused;
                    progress.accept(pushed);
                }
            }
        }
    }

    private PushEntry sealed(CommandEntry entry, String blob, String device) {
        // A clock that was ahead makes times that nobody takes.
        long created = Math.min(entry.createdAtMs(), clock.millis());
        OptionalLong ended = entry.endedAtMs();
        return new PushEntry(
                entry.id(),
                PushEntry.Type.COMMAND,
                blob,
                entry.deviceId().orElse(device),
                created,
                created,
                Optional.of(SafetyLevel.of(entry.command()).text()),
                Optional.of(true),
                entry.exitCode().isPresent()
                        ? Optional.of(entry.exitCode().getAsInt() == 0)
                        : Optional.empty(),
                ended.isPresent()
                        ? OptionalLong.of(Math.min(ended.getAsLong(), clock.millis()))
                        : OptionalLong.empty(),
                OptionalLong.empty());
    }

    private static Answer<SyncReplies.Pushed> pushBatch(SyncClient client, List<PushEntry> batch)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Answer<SyncReplies.Pushed> answer = client.push(batch);
            if (attempt == TRIES
                    || !(answer instanceof Answer.Refused<SyncReplies.Pushed>(var error))
                    || error.code() != SyncError.RATE_LIMITED) {
                return answer;
            }
            Thread.sleep(Math.clamp(error.data().number("retryAfterMs").orElse(1000), 1, 10_000));
        }
    }

    /// Marks what became of a batch; returns how many stay here.
    private long settle(List<PushEntry> batch, SyncReplies.Pushed done) {
        Map<String, String> reasons = new HashMap<>();
        done.failed().forEach(id -> reasons.put(id, "refused by the sync daemon"));
        done.errors().forEach(one -> reasons.put(one.id(), one.message()));
        Set<String> taken = new HashSet<>();
        for (PushEntry one : batch) {
            String reason = reasons.get(one.id());
            if (reason == null) {
                taken.add(one.id());
            } else {
                keep(one.id(), reason);
            }
        }
        store.mark(taken, EntryState.PUSHED, Optional.empty());
        return batch.size() - taken.size();
    }

    private void keep(String id, String reason) {
        LOG.debug("entry {} stays on this computer: {}", id, reason);
        store.mark(List.of(id), EntryState.LOCAL, Optional.of(reason));
    }

    /// The status of the daemon, after a look at whose account it is.
    private SyncReplies.Status account(SyncClient client, HistoryKeys keys)
            throws InterruptedException {
        SyncReplies.Status status = client.status().orThrow();
        String name = ACCOUNT + ":" + keys.keyId();
        Optional<String> known = store.fact(name);
        if (known.isPresent() && !known.get().equals(status.accountId())) {
            throw new HistoryException(
                    Reason.FOREIGN_ACCOUNT,
                    "the sync daemon belongs to another account than the keys of this computer");
        }
        if (known.isEmpty()) {
            store.putFact(name, status.accountId());
        }
        Optional<String> before = store.fact(ACCOUNT);
        if (before.isEmpty() || !before.get().equals(status.accountId())) {
            // Another account knows nothing of what the one of before has.
            if (before.isPresent()) {
                int _ = store.pushAgain();
            }
            store.putFact(CURSOR, "0");
            store.putFact(ROTATED, "");
            store.putFact(ACCOUNT, status.accountId());
        }
        if (isLeft()) {
            throw new HistoryException(
                    Reason.ROTATED, "the keys of this history were replaced on another computer");
        }
        return status;
    }

    /// Whether the account was left for another one, on another computer.
    public boolean isLeft() {
        return !store.fact(ROTATED).orElse("").isEmpty();
    }

    // From the sync daemon.

    /// Takes over what is new.
    ///
    /// @param progress takes the number of entries read so far
    public PullReport pull(SyncClient client, LongConsumer progress) throws InterruptedException {
        try (HistoryKeys keys = keys()) {
            try {
                account(client, keys);
            } catch (HistoryException e) {
                if (e.reason() != Reason.ROTATED) {
                    throw e;
                }
                // Reading goes on.
            }
            long cursor = Long.parseLong(store.fact(CURSOR).orElse("0"));
            long commands = 0;
            long deleted = 0;
            long preferences = 0;
            List<String> unreadable = new ArrayList<>();
            // Deletions wait for the end: an account that is left is emptied, and what was in it
            // stays here. Until then the place is not kept, so that none is missed.
            List<String> gone = new ArrayList<>();
            while (true) {
                SyncReplies.Pulled page = client.pull(cursor, PAGE).orThrow();
                List<CommandEntry> read = new ArrayList<>();
                for (SyncReplies.PulledEntry one : page.entries()) {
                    switch (one.type()) {
                        case "command" -> {
                            if (one.deletedAtMs().isPresent()) {
                                gone.add(one.id());
                            } else {
                                command(keys, one)
                                        .ifPresentOrElse(read::add, () -> unreadable.add(one.id()));
                            }
                        }
                        case "preference" -> {
                            preferences++;
                            if (!preference(keys, one)) {
                                unreadable.add(one.id());
                            }
                        }
                        case "device" ->
                                one.name().ifPresent(name -> store.putDevice(one.id(), name));
                        default -> LOG.debug("an entry of an unknown type was passed over");
                    }
                }
                cursor = page.next();
                Map<String, String> place = Map.of(CURSOR, Long.toString(cursor));
                store.merge(read, List.of(), gone.isEmpty() ? place : Map.of());
                commands += read.size();
                progress.accept(commands + gone.size() + preferences);
                if (!page.more()) {
                    if (!isLeft()) {
                        deleted = gone.size();
                        store.merge(List.of(), gone, place);
                    } else {
                        store.merge(List.of(), List.of(), place);
                    }
                    return new PullReport(
                            commands, deleted, preferences, List.copyOf(unreadable), page.stale());
                }
            }
        }
    }

    /// Empty when no key opens it, or what is in it is no entry. The log names the id alone.
    private static Optional<CommandEntry> command(HistoryKeys keys, SyncReplies.PulledEntry one) {
        try {
            return Optional.of(
                    CommandEntry.read(
                            one.id(),
                            one.createdAtMs(),
                            one.deviceId(),
                            keys.openCommand(one.encrypted())));
        } catch (DecryptionException | MalformedJson _) {
            LOG.debug("entry {} cannot be decrypted", one.id());
            return Optional.empty();
        }
    }

    private boolean preference(HistoryKeys keys, SyncReplies.PulledEntry one) {
        if (one.deletedAtMs().isPresent()) {
            store.putPreference(one.id(), Optional.empty(), one.updatedAtMs());
            return true;
        }
        try {
            byte[] value = keys.openPreference(one.encrypted());
            Codec.parse(value);
            if (one.id().equals(ROTATED)) {
                store.putFact(ROTATED, "yes");
            } else {
                store.putPreference(
                        one.id(),
                        Optional.of(new String(value, StandardCharsets.UTF_8)),
                        one.updatedAtMs());
            }
            return true;
        } catch (DecryptionException | MalformedJson _) {
            LOG.debug("a preference cannot be decrypted");
            return false;
        }
    }

    // Single changes.

    /// Sets a preference here and on the other devices.
    ///
    /// @param name 1 to 128 characters of `A-Z a-z 0-9 . _ -`
    /// @param value JSON
    public void setPreference(SyncClient client, String name, JsonNode value)
            throws InterruptedException {
        byte[] plaintext = Codec.print(value);
        if (plaintext.length > ContentKey.MAX_PLAINTEXT) {
            throw new HistoryException(
                    Reason.INVALID, "a preference has at most 10240 bytes in JSON");
        }
        try (HistoryKeys keys = keys()) {
            SyncReplies.Status status = account(client, keys);
            long now = Math.max(clock.millis(), store.preferenceTime(name).orElse(0) + 1);
            SyncReplies.Pushed done =
                    client.push(
                                    List.of(
                                            PushEntry.preference(
                                                    name,
                                                    keys.sealPreference(plaintext),
                                                    status.deviceId(),
                                                    now)))
                            .orThrow();
            if (!done.failed().isEmpty()) {
                throw new HistoryException(
                        Reason.INVALID,
                        done.errors().stream()
                                .map(SyncReplies.Rejected::message)
                                .findFirst()
                                .orElse("the preference was refused"));
            }
            store.putPreference(
                    name, Optional.of(new String(plaintext, StandardCharsets.UTF_8)), now);
        }
    }

    /// Whether other devices have an entry, so that deleting it takes the sync daemon.
    ///
    /// @throws HistoryException when there is no such entry
    public boolean isShared(String id) {
        return switch (found(id).state()) {
            case PUSHED, REMOTE -> true;
            case PENDING, LOCAL -> false;
        };
    }

    private StoredEntry found(String id) {
        return store.find(id)
                .orElseThrow(
                        () -> new HistoryException(Reason.NOT_FOUND, "there is no entry " + id));
    }

    /// Deletes an entry here, and on the other devices if they have it. Its ciphertext stays in
    /// their logs and on the relay.
    ///
    /// @param client needed when [#isShared] says so
    public void delete(String id, Optional<SyncClient> client) throws InterruptedException {
        StoredEntry entry = found(id);
        if (isShared(id)) {
            SyncClient daemon =
                    client.orElseThrow(
                            () ->
                                    new HistoryException(
                                            Reason.INVALID,
                                            "the other devices have it; that takes the sync daemon"));
            try (HistoryKeys keys = keys()) {
                SyncReplies.Status status = account(daemon, keys);
                daemon.push(
                                List.of(
                                        PushEntry.deletion(
                                                id,
                                                entry.entry().deviceId().orElse(status.deviceId()),
                                                Math.min(
                                                        entry.entry().createdAtMs(),
                                                        clock.millis()),
                                                clock.millis())))
                        .orThrow();
            }
        }
        boolean _ = store.delete(id);
    }

    // Everything.

    /// Opens every entry that the sync daemon has; changes nothing.
    public Verified verify(SyncClient client) throws InterruptedException {
        try (HistoryKeys keys = keys()) {
            long[] readable = {0};
            List<String> unreadable = new ArrayList<>();
            each(
                    client,
                    one -> {
                        if (one.deletedAtMs().isPresent() || one.type().equals("device")) {
                            return;
                        }
                        boolean opens =
                                one.type().equals("command")
                                        ? command(keys, one).isPresent()
                                        : opensPreference(keys, one);
                        if (opens) {
                            readable[0]++;
                        } else {
                            unreadable.add(one.id());
                        }
                    });
            return new Verified(readable[0], List.copyOf(unreadable), keys.keyId());
        }
    }

    private static boolean opensPreference(HistoryKeys keys, SyncReplies.PulledEntry one) {
        try {
            return keys.openPreference(one.encrypted()).length > 0;
        } catch (DecryptionException _) {
            return false;
        }
    }

    /// Everything decrypted: `exportVersion`, `exportedAt`, `profile`, `commands`, `preferences`,
    /// `devices`.
    public Exported export(SyncClient client) throws InterruptedException {
        try (HistoryKeys keys = keys()) {
            SyncReplies.Status status = client.status().orThrow();
            List<JsonObject> commands = new ArrayList<>();
            List<JsonObject> preferences = new ArrayList<>();
            long[] unreadable = {0};
            each(
                    client,
                    one -> {
                        if (one.deletedAtMs().isPresent()) {
                            return;
                        }
                        switch (one.type()) {
                            case "command" ->
                                    command(keys, one)
                                            .ifPresentOrElse(
                                                    entry -> commands.add(exported(entry, one)),
                                                    () -> unreadable[0]++);
                            case "preference" -> {
                                try {
                                    preferences.add(
                                            JsonObject.empty()
                                                    .with("key", one.id())
                                                    .with(
                                                            "value",
                                                            Codec.parse(
                                                                    keys.openPreference(
                                                                            one.encrypted())))
                                                    .with("updatedAt", one.updatedAtMs())
                                                    .with("deviceId", one.deviceId()));
                                } catch (DecryptionException | MalformedJson _) {
                                    unreadable[0]++;
                                }
                            }
                            default -> {}
                        }
                    });
            List<JsonObject> devices =
                    client.devices().orThrow().stream()
                            .map(
                                    one ->
                                            JsonObject.empty()
                                                    .with("deviceId", one.deviceId())
                                                    .with("name", one.name())
                                                    .with("platform", one.platform())
                                                    .with("lastSeen", one.lastSeenMs())
                                                    .with("isActive", one.active()))
                            .toList();
            JsonObject json =
                    JsonObject.empty()
                            .with("exportVersion", "1.0")
                            .with("exportedAt", Instant.ofEpochMilli(clock.millis()).toString())
                            .with(
                                    "profile",
                                    JsonObject.empty()
                                            .with("accountId", status.accountId())
                                            .with("deviceId", status.deviceId())
                                            .with("keyId", keys.keyId()))
                            .withObjects("commands", commands)
                            .withObjects("preferences", preferences)
                            .withObjects("devices", devices);
            return new Exported(json, unreadable[0]);
        }
    }

    private static JsonObject exported(CommandEntry entry, SyncReplies.PulledEntry one) {
        JsonObject json =
                JsonObject.empty()
                        .with("id", entry.id())
                        .with("deviceId", one.deviceId())
                        .with("createdAt", entry.createdAtMs());
        json = json.withText("safetyLevel", one.safetyLevel());
        for (String member : entry.content().names()) {
            if (!json.has(member)) {
                json = json.with(member, entry.content().value(member).orElseThrow());
            }
        }
        return json;
    }

    private static void each(SyncClient client, Consumer<SyncReplies.PulledEntry> visit)
            throws InterruptedException {
        long cursor = 0;
        while (true) {
            SyncReplies.Pulled page = client.pull(cursor, PAGE).orThrow();
            page.entries().forEach(visit);
            cursor = page.next();
            if (!page.more()) {
                return;
            }
        }
    }

    /// Seals everything of the account that a daemon serves with other keys and gives it to another
    /// daemon. Ids stay the same, so that it can be done again after an interruption.
    ///
    /// @param progress how many of how many
    /// @return how many entries were moved
    public long move(
            SyncClient from, SyncClient to, MasterKey newMaster, BiConsumer<Long, Long> progress)
            throws InterruptedException {
        try (HistoryKeys keys = keys();
                var sealing = new HistoryKeys(newMaster.copy(), List.of())) {
            List<PushEntry> sealed = new ArrayList<>();
            each(
                    from,
                    one -> {
                        if (one.deletedAtMs().isPresent()) {
                            return;
                        }
                        if (one.type().equals("command")) {
                            command(keys, one)
                                    .ifPresent(
                                            entry ->
                                                    sealed.add(
                                                            sealed(
                                                                    entry,
                                                                    sealing.sealCommand(
                                                                            entry.plaintext()),
                                                                    one.deviceId())));
                        } else if (one.type().equals("preference")
                                && !one.id().equals(ROTATED)
                                && opensPreference(keys, one)) {
                            sealed.add(
                                    PushEntry.preference(
                                            one.id(),
                                            sealing.sealPreference(
                                                    keys.openPreference(one.encrypted())),
                                            one.deviceId(),
                                            one.updatedAtMs()));
                        }
                    });
            long moved = 0;
            for (List<PushEntry> batch : SyncClient.batches(sealed)) {
                pushBatch(to, batch).orThrow();
                moved += batch.size();
                progress.accept(moved, (long) sealed.size());
            }
            return moved;
        }
    }

    /// Deletes everything of the account that a daemon serves, but for the mark of [#markLeft].
    public void leave(SyncClient client) throws InterruptedException {
        try (HistoryKeys keys = keys()) {
            SyncReplies.Status status = client.status().orThrow();
            long now = clock.millis();
            List<PushEntry> ends = new ArrayList<>();
            each(
                    client,
                    one -> {
                        if (one.deletedAtMs().isPresent() || one.id().equals(ROTATED)) {
                            return;
                        }
                        if (one.type().equals("command")) {
                            ends.add(
                                    PushEntry.deletion(
                                            one.id(), one.deviceId(), one.createdAtMs(), now));
                        } else if (one.type().equals("preference")) {
                            ends.add(
                                    PushEntry.preferenceDeletion(
                                            one.id(),
                                            status.deviceId(),
                                            Math.max(now, one.updatedAtMs() + 1)));
                        }
                    });
            for (List<PushEntry> batch : SyncClient.batches(ends)) {
                pushBatch(client, batch).orThrow();
            }
        }
    }

    /// Leaves the mark that tells the other devices of the new keys. It comes before everything is
    /// deleted, so that they keep what they have, and once more at the end.
    public void markLeft(SyncClient client) throws InterruptedException {
        try (HistoryKeys keys = keys()) {
            SyncReplies.Status status = client.status().orThrow();
            pushBatch(
                            client,
                            List.of(
                                    PushEntry.preference(
                                            ROTATED,
                                            keys.sealPreference(
                                                    "{\"rotated\":true}"
                                                            .getBytes(StandardCharsets.UTF_8)),
                                            status.deviceId(),
                                            clock.millis())))
                    .orThrow();
        }
    }

    /// The keys of another account are in force from now on: everything is read anew.
    public void accountChanged(String keyId, String accountId) {
        store.putFact(ACCOUNT + ":" + keyId, accountId);
        Optional<String> before = store.fact(ACCOUNT);
        if (before.isPresent() && !before.get().equals(accountId)) {
            int _ = store.pushAgain();
        }
        store.putFact(ACCOUNT, accountId);
        store.putFact(ROTATED, "");
        store.putFact(CURSOR, "0");
    }

    @Override
    public void close() {
        store.close();
    }
}
