package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.keys.HistoryKeys;
import dev.roosthold.history.keys.KeyFile;
import dev.roosthold.history.keys.MasterKey;
import dev.roosthold.history.keys.RecoveryPhrase;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `roost sync rotate`. The order is what makes it safe to be interrupted: everything is on the
/// relay under the new keys before anything is deleted under the old ones, and the file of keys
/// knows both before the sync daemon changes its account.
///
/// The new account is served by a second sync daemon while both are needed.
@Command(
        name = "rotate",
        description = {
            "Makes a new phrase and new keys, and moves everything over. Your other computers only"
                    + " read until they join with the new phrase.",
            "What was encrypted with the old keys stays on the relay until its operator deletes it;"
                    + " whoever had the old phrase can still read that.",
            "After an interruption the same command goes on."
        })
final class SyncRotateCommand extends SyncAction {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration LOOK = Duration.ofMillis(100);

    @Option(names = "--yes", description = "Does not ask for two words of the phrase.")
    private boolean yes;

    @Override
    int run() throws IOException, InterruptedException {
        SyncConfig config = sync.config();
        KeyFile next = new KeyFile(sync.places().keys().resolveSibling("keys.next.json"));
        try (History history = sync.history();
                SyncClient client = sync.connect()) {
            Optional<HistoryKeys> begun = next.read();
            if (begun.isPresent()) {
                try (HistoryKeys keys = begun.get()) {
                    return goOn(history, client, config, next, keys.master());
                }
            }
            boolean _ = history.drain(Optional.of(client)).added() > 0;
            history.push(client, _ -> {});
            SyncReplies.Status status = client.status().orThrow();
            if (!status.online()) {
                throw new CommandFailure(
                        "the relay is not connected",
                        "New keys need it; try again when `roost sync status` says online.",
                        SyncStatus.NO_RELAY);
            }
            if (status.pendingUp() + status.failed() > 0) {
                throw new CommandFailure(
                        status.pendingUp() + status.failed() + " entries have not been sent",
                        "`roost sync now` sends them; `roost sync queue list` shows what failed.");
            }
            try (RecoveryPhrase phrase = RecoveryPhrase.generate(new SecureRandom())) {
                PhraseInput.show(phrase);
                if (!yes) {
                    PhraseInput.confirm(phrase, new SecureRandom());
                }
                try (MasterKey master = phrase.masterKey()) {
                    next.write(master, List.of());
                    return goOn(history, client, config, next, master);
                }
            }
        }
    }

    private int goOn(
            History history, SyncClient client, SyncConfig config, KeyFile next, MasterKey master)
            throws IOException, InterruptedException {
        boolean kept;
        try (HistoryKeys keys = history.keys()) {
            kept = keys.master().equals(master);
        }
        String name = deviceName(client);
        if (!kept) {
            move(history, client, config, master, name);
            try (HistoryKeys keys = history.keys()) {
                List<MasterKey> older = new ArrayList<>(List.of(keys.master()));
                older.addAll(keys.older());
                history.keyFile().write(master, older);
            }
        }
        finish(history, client, master, name);
        Files.deleteIfExists(next.path());
        sync.print(
                JsonObject.empty().with("rotated", true),
                "New keys are in force. On each other computer: `roost sync join`, with the new"
                        + " phrase.",
                "What is on the relay under the old keys stays there until its operator deletes it.");
        return SyncStatus.DONE;
    }

    private static String deviceName(SyncClient client) throws InterruptedException {
        return client.health().state().equals("UNINITIALIZED")
                ? SyncInitCommand.deviceName(null)
                : client.devices().orThrow().stream()
                        .filter(SyncReplies.Device::current)
                        .map(SyncReplies.Device::name)
                        .findFirst()
                        .orElseGet(() -> SyncInitCommand.deviceName(null));
    }

    private void move(
            History history, SyncClient client, SyncConfig config, MasterKey master, String name)
            throws IOException, InterruptedException {
        Path socket = config.socket().resolveSibling("rotate.sock");
        Path database = config.database().resolveSibling("rotate.db");
        List<String> options =
                List.of(
                        "--socket=" + socket,
                        "--cache=" + database,
                        "--relay=" + config.relay(),
                        "--log-file=" + config.logFile().resolveSibling("rotate.log"),
                        "--config=" + settings(config));
        try (SyncClient second =
                SyncClient.connect(
                        socket, () -> SyncAccess.start(socket, options, sync.environment()))) {
            if (second.health().state().equals("UNINITIALIZED")) {
                byte[] authKey = master.jazzAuthKey();
                try {
                    second.init(authKey, name, SyncAccess.platform()).orThrow();
                } finally {
                    Arrays.fill(authKey, (byte) 0);
                }
            }
            var progress = new CountLine(Ask.isTerminal() && !sync.json());
            history.move(
                    client,
                    second,
                    master,
                    (done, all) -> progress.show("Moving " + done + " of " + all));
            progress.clear();
            // All of it is on the relay under the new keys before anything goes under the old.
            waitUntilSent(second);
            history.markLeft(client);
            waitUntilSent(client);
            history.leave(client);
            history.markLeft(client);
            waitUntilSent(client);
            second.shutdown("the keys were replaced");
        }
        for (String ending :
                List.of(
                        ".db",
                        ".db-wal",
                        ".db-shm",
                        ".authkey",
                        ".covalues.db",
                        ".covalues.db-wal",
                        ".covalues.db-shm")) {
            SyncFiles.erase(SyncFiles.beside(database, ending));
        }
        for (String left : List.of("rotate.sock.lock", "rotate.sock.start.log")) {
            Files.deleteIfExists(socket.resolveSibling(left));
        }
        Files.deleteIfExists(config.logFile().resolveSibling("rotate.log"));
    }

    private static Path settings(SyncConfig config) throws IOException {
        if (!Files.exists(config.file())) {
            SyncFiles.directory(Objects.requireNonNull(config.file().toAbsolutePath().getParent()));
            SyncFiles.write(config.file(), "{}\n".getBytes(StandardCharsets.UTF_8));
        }
        return config.file();
    }

    private static void waitUntilSent(SyncClient client) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            SyncReplies.Status status = client.status().orThrow();
            if (status.online() && status.pendingUp() == 0) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new CommandFailure(
                        "the relay does not take everything now",
                        "Nothing is lost: run `roost sync rotate` again, it goes on.",
                        SyncStatus.NO_RELAY);
            }
            Thread.sleep(LOOK);
        }
    }

    private static void finish(History history, SyncClient client, MasterKey master, String name)
            throws InterruptedException {
        boolean fresh = client.health().state().equals("UNINITIALIZED");
        if (!fresh) {
            String account = client.status().orThrow().accountId();
            Optional<String> wanted = history.store().fact("account:" + master.keyId());
            if (wanted.isPresent() && wanted.get().equals(account)) {
                return;
            }
            client.reset(false).orThrow();
        }
        SyncInitCommand.SetUp _ = SyncInitCommand.setUp(history, client, master, name);
        history.pull(client, _ -> {});
    }
}
