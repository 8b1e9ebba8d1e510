package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Scheduler;
import dev.roosthold.daemon.agents.AgentRunner;
import dev.roosthold.daemon.agents.AgentSettings;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.sessions.AgentSessions;
import dev.roosthold.protocol.MachineId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A relay, a person with a phone, and a machine whose daemon runs the [FakeAgent].
final class AgentRig implements AutoCloseable {
    final Path home;
    final Path work;
    final Path memory;
    final RelayRig relay;
    final Owner owner;
    MachineCredential machine;
    AgentSettings settings;
    Phone phone;
    private @Nullable RunningDaemon daemon;
    private @Nullable Wire wire;

    AgentRig(Path temp) throws IOException, InterruptedException {
        this(temp, false);
    }

    /// @param cuttable whether the line of the machine can be cut
    AgentRig(Path temp, boolean cuttable) throws IOException, InterruptedException {
        home = temp.resolve("home");
        work = Files.createDirectories(temp.toRealPath().resolve("root").resolve("work"));
        memory = Files.createDirectories(temp.toRealPath().resolve("memory"));
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
        RelayAddress address = relay.address();
        if (cuttable) {
            wire = new Wire(relay.port());
            address = wire.address();
        }
        machine = enrol(home, address, owner, root());
        settings = settings(memory);
        phone = new Phone(relay.address(), owner.keys, temp.resolve("phone"));
    }

    private static MachineCredential enrol(Path home, RelayAddress relay, Owner owner, Path root)
            throws InterruptedException {
        return ((EnrolmentResult.Enrolled)
                        new Enrolment(home)
                                .enrol(
                                        relay,
                                        owner.addMachine("laptop"),
                                        owner.accountKey(),
                                        root,
                                        false))
                .credential();
    }

    static AgentSettings settings(Path memory) {
        return AgentSettings.USUAL
                .withAgent("fake", FakeAgent.command(memory))
                .withAgent("forgetful", FakeAgent.command(memory, "forgetful"))
                .withAgent("stubborn", FakeAgent.command(memory, "stubborn"))
                .withAgent("unborn", FakeAgent.command(memory, "unborn"))
                .withAgent("missing", List.of("/nowhere/agent"));
    }

    Path root() {
        return Objects.requireNonNull(work.getParent());
    }

    RunningDaemon daemon() {
        return Objects.requireNonNull(daemon);
    }

    MachineId id() {
        return machine.machine();
    }

    AgentRig startDaemon() {
        return startDaemon(AgentRunner.factory(settings));
    }

    AgentRig startDaemon(AgentSessions.Factory agents) {
        daemon =
                new RunningDaemon(home, machine, Scheduler.system(), Optional.of(agents))
                        .awaitReady();
        return this;
    }

    /// Ends all connections of the machine.
    void cut() {
        Objects.requireNonNull(wire).cut();
    }

    /// How many connections the machine has made.
    int connections() {
        return Objects.requireNonNull(wire).connections();
    }

    /// The computer loses all files of the program; its owner gives it the command once more.
    void losesItsHome() throws IOException, InterruptedException {
        try (var files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        machine =
                ((EnrolmentResult.Enrolled)
                                new Enrolment(home)
                                        .enrol(
                                                relay.address(),
                                                ((MachineCredential.WithToken) machine).token(),
                                                owner.accountKey(),
                                                root(),
                                                false))
                        .credential();
    }

    /// With a history of commands.
    AgentRig startDaemon(CommandHistory history) {
        daemon =
                new RunningDaemon(
                                DaemonConfig.of(home, machine, "1.2.3"),
                                Optional.of(AgentRunner.factory(settings)),
                                Optional.of(history))
                        .awaitReady();
        return this;
    }

    /// Processes of agents of this rig.
    List<Long> agents() {
        return agents(memory);
    }

    static List<Long> agents(Path memory) {
        return ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .filter(one -> commandLine(one.pid()).contains(memory.toString()))
                .filter(one -> commandLine(one.pid()).contains(FakeAgent.class.getName()))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    void awaitNoAgents() {
        Phone.Awaiting.until(() -> agents().isEmpty());
    }

    @Override
    public void close() throws InterruptedException {
        try {
            if (daemon != null) {
                daemon.close();
            }
            assertThat(agents()).as("agents that are left").isEmpty();
        } finally {
            agents().forEach(
                            pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            phone.close();
            owner.close();
            if (wire != null) {
                wire.stop();
            }
            relay.close();
        }
    }
}
