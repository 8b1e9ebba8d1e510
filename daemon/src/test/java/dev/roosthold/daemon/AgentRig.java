package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.Scheduler;
import dev.roosthold.daemon.agents.AgentRunner;
import dev.roosthold.daemon.agents.AgentSettings;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.sessions.AgentSessions;
import dev.roosthold.protocol.MachineId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    final MachineCredential machine;
    AgentSettings settings;
    Phone phone;
    private @Nullable RunningDaemon daemon;

    AgentRig(Path temp) throws IOException, InterruptedException {
        home = temp.resolve("home");
        work = Files.createDirectories(temp.toRealPath().resolve("root").resolve("work"));
        memory = Files.createDirectories(temp.toRealPath().resolve("memory"));
        relay = new RelayRig(temp.resolve("relay"));
        owner = new Owner(relay.address());
        machine = enrol(home, relay, owner, root());
        settings = settings(memory);
        phone = new Phone(relay.address(), owner.keys, temp.resolve("phone"));
    }

    static MachineCredential enrol(Path home, RelayRig relay, Owner owner, Path root)
            throws InterruptedException {
        return ((EnrolmentResult.Enrolled)
                        new Enrolment(home)
                                .enrol(
                                        relay.address(),
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
            relay.close();
        }
    }
}
