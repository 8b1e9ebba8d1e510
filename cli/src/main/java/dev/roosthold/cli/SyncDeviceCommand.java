package dev.roosthold.cli;

import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.protocol.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "device",
        description = "The computers that share the history.",
        subcommands = {
            SyncDeviceCommand.Show.class,
            SyncDeviceCommand.Rename.class,
            SyncDeviceCommand.Remove.class
        })
final class SyncDeviceCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "`list`, `rename` or `remove`?");
    }

    static JsonObject json(SyncReplies.Device device) {
        return JsonObject.empty()
                .with("deviceId", device.deviceId())
                .with("name", device.name())
                .with("platform", device.platform())
                .with("lastSeen", device.lastSeenMs())
                .with("isCurrentDevice", device.current())
                .with("isActive", device.active());
    }

    static String line(SyncReplies.Device device, long now) {
        return Printable.line(
                device.name()
                        + (device.current() ? " (this one)" : "")
                        + (device.active() ? "" : " (removed)")
                        + "  "
                        + device.platform()
                        + "  "
                        + Ago.of(device.lastSeenMs(), now)
                        + "  "
                        + device.deviceId(),
                200);
    }

    @Command(name = "list", description = "Shows them, this one first.")
    static final class Show extends SyncAction {
        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                List<SyncReplies.Device> devices = client.devices().orThrow();
                long now = System.currentTimeMillis();
                sync.print(
                        JsonObject.empty()
                                .withObjects(
                                        "devices",
                                        devices.stream().map(SyncDeviceCommand::json).toList()),
                        devices.stream().map(one -> line(one, now)).toArray(String[]::new));
                return SyncStatus.DONE;
            }
        }
    }

    @Command(name = "rename", description = "Gives this computer another name.")
    static final class Rename extends SyncAction {
        @Parameters(paramLabel = "NAME", description = "1 to 64 characters.")
        private String name = "";

        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                String id = client.registerDevice(name, SyncAccess.platform()).orThrow();
                sync.print(
                        JsonObject.empty().with("deviceId", id).with("name", name),
                        "This computer is called " + Printable.line(name, 64) + " now.");
                return SyncStatus.DONE;
            }
        }
    }

    @Command(
            name = "remove",
            description = {
                "Marks a computer as removed, in the lists of all.",
                "It takes nothing from it: whoever has the phrase or the keys keeps access. `roost"
                        + " sync rotate` makes new ones."
            })
    static final class Remove extends SyncAction {
        @Parameters(paramLabel = "NAME_OR_ID", description = "From `device list`.")
        private String wanted = "";

        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                List<SyncReplies.Device> found = new ArrayList<>();
                for (SyncReplies.Device one : client.devices().orThrow()) {
                    if (one.deviceId().equals(wanted)) {
                        found = List.of(one);
                        break;
                    }
                    if (one.name().equals(wanted)) {
                        found.add(one);
                    }
                }
                if (found.size() != 1) {
                    throw new CommandFailure(
                            found.isEmpty()
                                    ? "there is no such device"
                                    : "several devices have this name",
                            found.isEmpty()
                                    ? "`roost sync device list` shows all."
                                    : "Name one by its id: "
                                            + found.stream()
                                                    .map(SyncReplies.Device::deviceId)
                                                    .collect(Collectors.joining(", ")));
                }
                client.removeDevice(found.getFirst().deviceId()).orThrow();
                sync.print(
                        JsonObject.empty()
                                .with("deviceId", found.getFirst().deviceId())
                                .with("removed", true),
                        "Removed from the lists. It keeps access as long as somebody has the phrase"
                                + " or its keys; `roost sync rotate` makes new ones.");
                return SyncStatus.DONE;
            }
        }
    }
}
