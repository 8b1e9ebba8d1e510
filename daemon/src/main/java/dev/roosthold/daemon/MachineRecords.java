package dev.roosthold.daemon;

import dev.roosthold.protocol.records.DaemonState;
import dev.roosthold.protocol.records.MachineMetadata;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// The two encrypted objects of a machine as changes of what is stored: keys that this program does
/// not know stay. Each change gives the same result when applied twice.
final class MachineRecords {
    private final DaemonConfig config;
    private final CurrentAccess access;
    private final long startedAtMs;

    MachineRecords(DaemonConfig config, CurrentAccess access) {
        this.config = config;
        this.access = access;
        startedAtMs = config.clock().millis();
    }

    /// @param label the name that the person gave the machine
    UnaryOperator<ObjectNode> metadata(String label) {
        HostFacts host = config.host();
        RemoteAccess now = access.get();
        return object ->
                MachineMetadata.read(object)
                        .withRequired(
                                host.host(),
                                host.platform(),
                                config.version(),
                                config.home().toAbsolutePath().toString(),
                                host.homeDirectory().toString())
                        .withDisplayName(label)
                        .withUsername(host.username())
                        .withArch(host.arch())
                        .withAccess(
                                now.roots().stream().map(Path::toString).toList(),
                                now.policy().text())
                        .tree();
    }

    /// `running`, without traces of an earlier end and without the local port of other daemons.
    UnaryOperator<ObjectNode> running() {
        return object ->
                DaemonState.read(object)
                        .running(ProcessHandle.current().pid(), OptionalLong.empty(), startedAtMs)
                        .tree();
    }

    UnaryOperator<ObjectNode> shuttingDown(ShutdownSource source, long atMs) {
        return object -> DaemonState.read(object).shuttingDown(source.wireName(), atMs).tree();
    }

    UnaryOperator<ObjectNode> offline() {
        return object -> DaemonState.read(object).offline().tree();
    }
}
