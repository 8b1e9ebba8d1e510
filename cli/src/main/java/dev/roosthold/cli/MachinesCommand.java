package dev.roosthold.cli;

import dev.roosthold.client.overview.MachineOverview;
import dev.roosthold.client.overview.MachineOverview.Stage;
import dev.roosthold.client.overview.Overview;
import dev.roosthold.protocol.Codec;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "machines", description = "Shows the machines of your account.")
final class MachinesCommand implements Callable<Integer> {
    private static final String FORM = "%-24s %-9s %-14s %-8s %-9s %s%n";

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        try (Access access = Access.of(home)) {
            if (access.kind().equals(Access.MACHINE)) {
                throw new CommandFailure(
                        "this computer has a machine's access only, which lists no machines",
                        "Run `roost login`.");
            }
            List<MachineOverview> machines =
                    access.require(new Overview(access.account()).machines());
            if (json.wanted()) {
                System.out.println(
                        Codec.printText(machines.stream().map(MachinesCommand::shown).toList()));
                return ExitStatus.DONE;
            }
            if (machines.isEmpty()) {
                System.out.println(
                        "No machines yet. “Add machine” on the page of your relay makes one.");
                return ExitStatus.DONE;
            }
            System.out.printf(
                    Locale.ROOT, FORM, "NAME", "STATE", "SINCE", "PLATFORM", "POLICY", "AGENTS");
            machines.forEach(machine -> print(machine, System.currentTimeMillis()));
            return ExitStatus.DONE;
        }
    }

    private static void print(MachineOverview machine, long nowMs) {
        boolean never = machine.stage() == Stage.NEVER_CONNECTED;
        System.out.printf(
                Locale.ROOT,
                FORM,
                Printable.line(machine.name(), 24),
                never ? "never" : machine.online() ? "online" : "offline",
                machine.sinceMs() == 0 ? "-" : Ago.of(machine.sinceMs(), nowMs),
                Printable.line(machine.platform().orElse("-"), 8),
                Printable.line(machine.policy().orElse("-"), 9),
                remarks(machine));
    }

    private static String remarks(MachineOverview machine) {
        return switch (machine.stage()) {
            case NEVER_CONNECTED -> "(never connected: run there what “Add machine” showed)";
            case WAITS_FOR_APPROVAL -> "(waits for your approval on the page)";
            case JOINED ->
                    machine.locked()
                            ? "(locked: its record does not open here)"
                            : machine.agents().isEmpty()
                                    ? "-"
                                    : Printable.line(String.join(", ", machine.agents()), 60);
        };
    }

    private static Shown shown(MachineOverview machine) {
        return new Shown(
                machine.id().value(),
                machine.name(),
                machine.online(),
                machine.sinceMs(),
                machine.platform().orElse(null),
                machine.policy().orElse(null),
                machine.agents(),
                machine.rootDirectories(),
                machine.locked(),
                machine.stage().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /// What `--json` prints.
    private record Shown(
            String id,
            String name,
            boolean online,
            long since,
            @Nullable String platform,
            @Nullable String policy,
            List<String> agents,
            List<String> rootDirectories,
            boolean locked,
            String stage) {}
}
