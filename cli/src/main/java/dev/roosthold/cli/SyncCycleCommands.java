package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.PullReport;
import dev.roosthold.history.PushReport;
import dev.roosthold.history.SpoolReport;
import dev.roosthold.history.Verified;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;

/// The commands that move entries, and those that let it be.
final class SyncCycleCommands {
    private SyncCycleCommands() {}

    @Command(
            name = "now",
            description = "Sends and takes over everything at once; ends a pause.",
            footer = {"", "Exit status: 0 done, 6 the relay cannot be reached."})
    static final class Now extends SyncAction {
        @Override
        int run() throws IOException, InterruptedException {
            try (History history = sync.history();
                    SyncClient client = sync.connect()) {
                SpoolReport spool = history.drain(Optional.of(client));
                PushReport pushed = history.push(client, _ -> {});
                SyncReplies.Cycle cycle = client.now().orThrow();
                PullReport pulled = history.pull(client, _ -> {});
                sync.print(
                        JsonObject.empty()
                                .with("new", spool.added())
                                .with("pushed", pushed.pushed())
                                .with("pulled", pulled.commands())
                                .with("pendingUp", cycle.pendingUp())
                                .with("pendingDown", cycle.pendingDown()),
                        "Sent; "
                                + pulled.commands()
                                + " commands taken over, "
                                + cycle.pendingUp()
                                + " still wait to be sent"
                                + (cycle.pendingDown() > 0 ? ", and more is on its way." : "."));
                return unreadable(pulled);
            }
        }
    }

    private static int unreadable(PullReport pulled) {
        return pulled.unreadable().isEmpty() ? SyncStatus.DONE : SyncStatus.PARTLY;
    }

    @Command(
            name = "push",
            description = "Hands what is new on this computer to the sync daemon, which sends it.")
    static final class Push extends SyncAction {
        @Override
        int run() throws IOException, InterruptedException {
            try (History history = sync.history();
                    SyncClient client = sync.connect()) {
                long before = history.store().count(dev.roosthold.history.store.EntryState.PENDING);
                SpoolReport spool = history.drain(Optional.of(client));
                PushReport pushed = history.push(client, _ -> {});
                long done = before + spool.added() - pushed.waiting();
                sync.print(
                        JsonObject.empty()
                                .with("new", spool.added())
                                .with("rejected", spool.rejected())
                                .with("waiting", pushed.waiting()),
                        pushed.waiting() == 0
                                ? "All handed to the sync daemon (" + Math.max(0, done) + " new)."
                                : pushed.waiting()
                                        + " entries wait: the sync daemon has no room for them.");
                return pushed.waiting() == 0 ? SyncStatus.DONE : SyncStatus.PARTLY;
            }
        }
    }

    @Command(
            name = "pull",
            description = "Takes over what the sync daemon has got from your other computers.")
    static final class Pull extends SyncAction {
        @Override
        int run() throws InterruptedException {
            try (History history = sync.history();
                    SyncClient client = sync.connect()) {
                PullReport pulled = history.pull(client, _ -> {});
                sync.print(
                        JsonObject.empty()
                                .with("commands", pulled.commands())
                                .with("deleted", pulled.deleted())
                                .with("preferences", pulled.preferences())
                                .with("unreadable", pulled.unreadable().size())
                                .with("stale", pulled.stale()),
                        pulled.commands()
                                + " commands taken over"
                                + (pulled.stale()
                                        ? "; the relay is not connected, there may be more."
                                        : "."));
                return unreadable(pulled);
            }
        }
    }

    @Command(name = "pause", description = "Disconnects until `roost sync resume`.")
    static final class Pause extends SyncAction {
        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                SyncReplies.Paused now = client.pause().orThrow();
                sync.print(
                        JsonObject.empty().with("state", now.state()).with("paused", now.paused()),
                        "Paused: nothing connects until `roost sync resume`. What is new waits.");
                return SyncStatus.DONE;
            }
        }
    }

    @Command(name = "resume", description = "Ends a pause.")
    static final class Resume extends SyncAction {
        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                SyncReplies.Paused now = client.resume().orThrow();
                sync.print(
                        JsonObject.empty().with("state", now.state()).with("paused", now.paused()),
                        "Syncing goes on (" + now.state() + ").");
                return SyncStatus.DONE;
            }
        }
    }

    @Command(
            name = "ping",
            description = "Measures the way to the sync daemon and on to the relay.",
            footer = {"", "Exit status: 0 both answer, 3 no daemon, 6 the relay is not connected."})
    static final class Ping extends SyncAction {
        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                long begun = System.nanoTime();
                String version = client.ping().version();
                long micros = (System.nanoTime() - begun) / 1000;
                SyncReplies.Health health = client.health();
                JsonObject json =
                        JsonObject.empty()
                                .with("version", version)
                                .with("daemonMicros", micros)
                                .with("state", health.state())
                                .withNumber("relayMs", health.latencyMs());
                sync.print(
                        json,
                        "sync daemon " + version + ": " + micros / 1000.0 + " ms",
                        health.connected()
                                ? "relay "
                                        + health.relay().orElse("?")
                                        + ": "
                                        + (health.latencyMs().isPresent()
                                                ? health.latencyMs().getAsLong() + " ms"
                                                : "connected, not measured yet")
                                : "relay: not connected (" + health.state() + ")");
                if (health.state().equals("UNINITIALIZED")) {
                    return SyncStatus.NOT_INITIALISED;
                }
                return health.connected() ? SyncStatus.DONE : SyncStatus.NO_RELAY;
            }
        }
    }

    @Command(
            name = "verify",
            description = "Decrypts every entry and names those that cannot be read, by id.",
            footer = {"", "Exit status: 0 all can be read, 7 some cannot."})
    static final class Verify extends SyncAction {
        @Override
        int run() throws InterruptedException {
            try (History history = sync.history();
                    SyncClient client = sync.connect()) {
                Verified found = history.verify(client);
                if (!sync.json()) {
                    found.unreadable()
                            .forEach(
                                    id ->
                                            System.out.println(
                                                    "cannot be read with key "
                                                            + found.keyId()
                                                            + ": "
                                                            + Printable.line(id, 130)));
                }
                sync.print(
                        JsonObject.empty()
                                .with("readable", found.readable())
                                .with("unreadable", found.unreadable())
                                .with("keyId", found.keyId()),
                        found.readable()
                                + " entries can be read, "
                                + found.unreadable().size()
                                + " cannot (key "
                                + found.keyId()
                                + ").");
                return found.unreadable().isEmpty() ? SyncStatus.DONE : SyncStatus.PARTLY;
            }
        }
    }
}
