package dev.roosthold.daemon;

import dev.roosthold.protocol.records.DaemonState;
import dev.roosthold.protocol.records.MachineMetadata;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// The two encrypted objects of a machine as changes of what is stored: keys that this program does
/// not know stay. Each change gives the same result when applied twice.
final class MachineRecords {
    private final DaemonConfig config;
    private final CurrentAccess access;
    private final Supplier<ObjectNode> agents;
    private final int localPort;
    private final long startedAtMs;

    /// @param agents fields about the agents, asked at each write
    /// @param localPort where commands of this computer reach the daemon
    MachineRecords(
            DaemonConfig config, CurrentAccess access, Supplier<ObjectNode> agents, int localPort) {
        this.agents = agents;
        this.localPort = localPort;
        this.config = config;
        this.access = access;
        startedAtMs = config.clock().millis();
    }

    /// What the metadata tells about agents.
    ObjectNode agents() {
        return agents.get();
    }

    /// @param label the name that the person gave the machine
    UnaryOperator<ObjectNode> metadata(String label) {
        HostFacts host = config.host();
        RemoteAccess now = access.get();
        ObjectNode aboutAgents = agents.get();
        return object -> {
            MachineMetadata written =
                    MachineMetadata.read(object)
                            .withRequired(
                                    host.host(),
                                    host.platform(),
                                    config.version(),
                                    config.home().toAbsolutePath().toString(),
                                    host.homeDirectory().toString())
                            .withUsername(host.username())
                            .withArch(host.arch())
                            .withAccess(
                                    now.roots().stream().map(Path::toString).toList(),
                                    now.policy().text());
            // A machine of a sign-in has the name that its owner gives it in a client.
            ObjectNode tree = (label.isEmpty() ? written : written.withDisplayName(label)).tree();
            tree.setAll(aboutAgents.deepCopy());
            return tree;
        };
    }

    /// `running`, without traces of an earlier end.
    UnaryOperator<ObjectNode> running() {
        return object ->
                DaemonState.read(object)
                        .running(
                                ProcessHandle.current().pid(),
                                OptionalLong.of(localPort),
                                startedAtMs)
                        .tree();
    }

    UnaryOperator<ObjectNode> shuttingDown(ShutdownSource source, long atMs) {
        return object -> DaemonState.read(object).shuttingDown(source.wireName(), atMs).tree();
    }

    UnaryOperator<ObjectNode> offline() {
        return object -> DaemonState.read(object).offline().tree();
    }
}
