package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.protocol.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = "Shows whether this computer syncs, what waits, what failed and why.",
        footer = {"", "Exit status: 0 it is set up, online or not; 3 no daemon, 4 not set up."})
final class SyncStatusCommand extends SyncAction {
    private static final int SHOWN = 10;

    @Option(
            names = {"-v", "--verbose"},
            description = "Shows ids, and everything that failed.")
    private boolean verbose;

    @Override
    int run() throws InterruptedException {
        try (SyncClient client = sync.connect();
                History history = sync.history()) {
            SyncReplies.Status status = client.status().orThrow();
            List<SyncReplies.Device> devices = client.devices().orThrow();
            SyncReplies.Queue failed =
                    client.queue(Optional.of("failed"), verbose ? 1000 : SHOWN).orThrow();
            long local = history.store().count(EntryState.LOCAL);
            long unsent = history.store().count(EntryState.PENDING);
            JsonObject json =
                    JsonObject.empty()
                            .with("state", status.state())
                            .with("connected", status.connected())
                            .with("paused", status.paused())
                            .withNumber("lastSync", status.lastSyncMs())
                            .with("pendingUp", status.pendingUp())
                            .with("pendingDown", status.pendingDown())
                            .with("failed", status.failed())
                            .withText("relay", status.relay())
                            .with("deviceId", status.deviceId())
                            .with("accountId", status.accountId())
                            .with("commands", history.store().count())
                            .with("notHandedOver", unsent)
                            .with("local", local)
                            .withObjects(
                                    "devices",
                                    devices.stream().map(SyncDeviceCommand::json).toList())
                            .withObjects(
                                    "failedItems",
                                    failed.items().stream().map(SyncQueueCommand::json).toList());
            sync.print(json, lines(status, devices, failed, history, unsent, local));
            return SyncStatus.DONE;
        }
    }

    private String[] lines(
            SyncReplies.Status status,
            List<SyncReplies.Device> devices,
            SyncReplies.Queue failed,
            History history,
            long unsent,
            long local) {
        Style style = Style.ofOutput();
        long now = System.currentTimeMillis();
        long active = devices.stream().filter(SyncReplies.Device::active).count();
        List<String> lines = new ArrayList<>();
        lines.add(
                (status.online() ? style.green("online") : style.yellow("offline"))
                        + (status.paused() ? " (paused; `roost sync resume` goes on)" : "")
                        + status.relay().map(relay -> ", relay " + relay).orElse(""));
        lines.add(
                "last exchange: "
                        + (status.lastSyncMs().isPresent()
                                ? Ago.of(status.lastSyncMs().getAsLong(), now)
                                : "none yet"));
        lines.add(
                "history: "
                        + counted(history.store().count(), "command")
                        + " from "
                        + counted(active, "device")
                        + "; "
                        + local
                        + (local == 1 ? " stays" : " stay")
                        + " on this computer");
        lines.add(
                "waiting to be sent: "
                        + (status.pendingUp() + unsent)
                        + (status.pendingDown() > 0
                                ? ", to be taken over: " + status.pendingDown()
                                : ""));
        status.lastError()
                .ifPresent(
                        error ->
                                lines.add(
                                        style.yellow("last error: ")
                                                + Printable.line(
                                                        error.code() + " " + error.message(), 200)
                                                + ", "
                                                + Ago.of(error.atMs(), now)));
        if (status.failed() > 0) {
            lines.add(
                    style.red("failed: " + status.failed())
                            + "  (`roost sync queue retry` sends them again, `roost sync queue"
                            + " discard` lets them go)");
            failed.items().forEach(item -> lines.add("  " + SyncQueueCommand.line(item, now)));
        }
        if (verbose) {
            lines.add("device " + status.deviceId());
            lines.add("account " + status.accountId());
            devices.forEach(one -> lines.add("  " + SyncDeviceCommand.line(one, now)));
        }
        return lines.toArray(String[]::new);
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
