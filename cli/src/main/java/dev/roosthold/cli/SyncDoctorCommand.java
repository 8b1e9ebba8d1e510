package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncConnectionException;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.keys.HistoryKeys;
import dev.roosthold.history.keys.KeyFile;
import dev.roosthold.history.keys.KeyFileException;
import dev.roosthold.history.spool.Spool;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.history.store.StoreException;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.config.SyncConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;

@Command(
        name = "doctor",
        description = "Looks at everything that syncing needs; works whatever state it is in.",
        footer = {"", "Exit status: 0 all is well, 1 something is wrong."})
final class SyncDoctorCommand extends SyncAction {
    private enum Mark {
        OK,
        NOTE,
        WRONG
    }

    /// One thing that was looked at.
    ///
    /// @param advice empty when nothing has to be done
    private record Finding(Mark mark, String what, String advice) {}

    private final List<Finding> findings = new ArrayList<>();

    @Override
    int run() throws InterruptedException {
        ok("roost " + Version.current() + ", Java " + Runtime.version());
        try {
            SyncConfig config = sync.config();
            config(config);
            files(config);
            daemon(config);
        } catch (CommandFailure e) {
            wrong(String.valueOf(e.getMessage()), "`roost sync config set` changes a setting.");
        }
        history();
        heapDumps();
        boolean wrong = findings.stream().anyMatch(one -> one.mark() == Mark.WRONG);
        tell(wrong);
        return wrong ? SyncStatus.FAILED : SyncStatus.DONE;
    }

    private void ok(String what) {
        findings.add(new Finding(Mark.OK, what, ""));
    }

    private void note(String what, String advice) {
        findings.add(new Finding(Mark.NOTE, what, advice));
    }

    private void wrong(String what, String advice) {
        findings.add(new Finding(Mark.WRONG, what, advice));
    }

    private void config(SyncConfig config) {
        Map<String, String> changed = new TreeMap<>(config.sources());
        changed.values().removeIf("default"::equals);
        ok(
                "settings: "
                        + (changed.isEmpty()
                                ? "all as by default"
                                : String.join(
                                        ", ",
                                        changed.entrySet().stream()
                                                .map(
                                                        one ->
                                                                one.getKey()
                                                                        + " from "
                                                                        + one.getValue())
                                                .toList())));
        config.warnings()
                .forEach(key -> note("unknown setting " + key, "Take it out of " + config.file()));
        if (!config.relayConfigured()) {
            note(
                    "no relay is chosen; " + config.shownRelay() + " is a service of others",
                    "`roost sync config set relay wss://...` names yours.");
        }
    }

    private void files(SyncConfig config) {
        mode("socket", config.socket(), "rw-------");
        mode("database", config.database(), "rw-------");
        mode("authentication key", config.authKeyFile(), "rw-------");
    }

    private void mode(String what, Path file, String wanted) {
        try {
            if (!Files.exists(file)) {
                ok(what + ": " + file + " is not there yet");
                return;
            }
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            String size = Files.isRegularFile(file) ? ", " + Files.size(file) + " bytes" : "";
            if (mode.equals(wanted)) {
                ok(what + ": " + file + " (" + mode + size + ")");
            } else {
                wrong(what + ": " + file + " has mode " + mode, "chmod 600 '" + file + "'");
            }
        } catch (IOException | UnsupportedOperationException e) {
            wrong(what + ": " + file + " cannot be looked at", String.valueOf(e.getMessage()));
        }
    }

    private void daemon(SyncConfig config) throws InterruptedException {
        try (SyncClient client = sync.connect()) {
            SyncReplies.Ping ping = client.ping();
            ok("sync daemon " + ping.version() + ", up for " + ping.uptimeS() + " s");
            if (!ping.version().equals(Version.current())) {
                note(
                        "it is another version than this command",
                        "`roost sync restart` replaces it.");
            }
            health(config, client.health());
        } catch (SyncConnectionException e) {
            wrong(
                    String.valueOf(e.getMessage()),
                    "Run `roost sync daemon` in a terminal: it says why.");
        }
    }

    private void health(SyncConfig config, SyncReplies.Health health) {
        String state = "state " + health.state() + (health.paused() ? ", paused" : "");
        if (!health.healthy()) {
            wrong(
                    state + ", not healthy",
                    health.lastError()
                            .map(error -> error.code() + ": " + error.message())
                            .orElse("`roost sync logs` says more."));
        } else if (health.state().equals("UNINITIALIZED")) {
            note(state, "`roost sync init` or `roost sync join` sets it up.");
        } else {
            ok(
                    state
                            + (health.latencyMs().isPresent()
                                    ? ", relay answers in " + health.latencyMs().getAsLong() + " ms"
                                    : ""));
        }
        health.lastError()
                .filter(_ -> health.healthy())
                .ifPresent(
                        error -> note("last error " + error.code() + ": " + error.message(), ""));
        if (health.failed() > 0) {
            wrong(
                    health.failed() + " entries could not be sent",
                    "`roost sync queue list --failed` says why, `roost sync queue retry` tries"
                            + " again.");
        }
        if (health.pending() > 0) {
            String where = config.database().toString();
            if (where.contains("/.cache/")) {
                note(
                        health.pending() + " entries wait in " + where,
                        "Programs that clean up may delete what is below .cache, and with it what"
                                + " was not sent. `cachePath` moves it.");
            } else {
                ok(health.pending() + " entries wait to be sent");
            }
        }
        // The daemon alone speaks with the relay.
        note("clock offset to the relay: not measured by the sync daemon", "");
    }

    private void history() {
        KeyFile keys = new KeyFile(sync.places().keys());
        try {
            if (!keys.exists()) {
                note("no keys on this computer", "`roost sync init` or `roost sync join`.");
            } else if (keys.isOpenToOthers()) {
                wrong(keys.path() + " can be read by others", "chmod 600 '" + keys.path() + "'");
            } else {
                try (HistoryKeys read = keys.read().orElseThrow()) {
                    ok("keys: id " + read.keyId() + ", " + read.older().size() + " older");
                }
            }
        } catch (IOException | KeyFileException e) {
            wrong(String.valueOf(e.getMessage()), "");
        }
        try (History history = History.open(sync.places(), Clock.systemUTC())) {
            ok(
                    "history: "
                            + history.store().count()
                            + " commands, "
                            + history.store().count(EntryState.LOCAL)
                            + " stay here, "
                            + history.store().count(EntryState.PENDING)
                            + " not handed over yet");
            List<String> left = new Spool(sync.places().spool()).leftovers();
            if (!left.isEmpty()) {
                note(
                        left.size() + " files in the spool hold lines that are no commands",
                        "Look at them in " + sync.places().spool() + ", then delete them.");
            }
        } catch (IOException | StoreException e) {
            wrong(
                    String.valueOf(e.getMessage()),
                    "Look at its rights and at the room on the disk.");
        }
    }

    private void heapDumps() {
        boolean dumps =
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                                .anyMatch("-XX:+HeapDumpOnOutOfMemoryError"::equals)
                        || sync.environment()
                                .getOrDefault("JAVA_TOOL_OPTIONS", "")
                                .contains("+HeapDumpOnOutOfMemoryError")
                        || sync.environment()
                                .getOrDefault("ROOST_JAVA_OPTS", "")
                                .contains("+HeapDumpOnOutOfMemoryError");
        if (dumps) {
            note(
                    "heap dumps on error are turned on",
                    "A dump of the sync daemon holds its authentication key.");
        }
    }

    private void tell(boolean wrong) {
        Style style = Style.ofOutput();
        List<String> lines = new ArrayList<>();
        for (Finding one : findings) {
            lines.add(
                    switch (one.mark()) {
                                case OK -> style.green("ok    ");
                                case NOTE -> style.yellow("note  ");
                                case WRONG -> style.red("wrong ");
                            }
                            + Printable.line(one.what(), 400));
            if (!one.advice().isEmpty()) {
                lines.add("      " + Printable.line(one.advice(), 400));
            }
        }
        sync.print(
                JsonObject.empty()
                        .with("healthy", !wrong)
                        .withObjects(
                                "findings",
                                findings.stream()
                                        .map(
                                                one ->
                                                        JsonObject.empty()
                                                                .with(
                                                                        "mark",
                                                                        one.mark()
                                                                                .name()
                                                                                .toLowerCase(
                                                                                        java.util
                                                                                                .Locale
                                                                                                .ROOT))
                                                                .with("what", one.what())
                                                                .with("advice", one.advice()))
                                        .toList()),
                lines.toArray(String[]::new));
    }
}
