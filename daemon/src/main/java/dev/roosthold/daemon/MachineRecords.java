package dev.roosthold.daemon;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The two encrypted objects of a machine as changes of what is stored: keys that this program does
/// not know stay. Each change gives the same result when applied twice.
final class MachineRecords {
    private final DaemonConfig config;
    private final CurrentAccess access;
    private final Supplier<ObjectNode> agents;
    private final long startedAtMs;

    /// @param agents fields about the agents, asked at each write
    MachineRecords(DaemonConfig config, CurrentAccess access, Supplier<ObjectNode> agents) {
        this.agents = agents;
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
            object.put("host", host.host());
            object.put("platform", host.platform());
            object.put("happyCliVersion", config.version());
            object.put("happyHomeDir", config.home().toAbsolutePath().toString());
            object.put("homeDir", host.homeDirectory().toString());
            object.put("displayName", label);
            object.put("username", host.username());
            object.put("arch", host.arch());
            if (now.roots().isEmpty()) {
                object.remove("rootDirectory");
            } else {
                object.put("rootDirectory", now.roots().getFirst().toString());
            }
            ArrayNode roots = object.putArray("rootDirectories");
            now.roots().forEach(root -> roots.add(root.toString()));
            object.put("remotePolicy", now.policy().text());
            object.setAll(aboutAgents.deepCopy());
            return object;
        };
    }

    /// `running`, without traces of an earlier end and without the local port of other daemons.
    UnaryOperator<ObjectNode> running() {
        return object -> {
            object.put("status", "running");
            object.put("pid", ProcessHandle.current().pid());
            object.put("startedAt", startedAtMs);
            object.remove("httpPort");
            object.remove("shutdownRequestedAt");
            object.remove("shutdownSource");
            return object;
        };
    }

    UnaryOperator<ObjectNode> shuttingDown(ShutdownSource source, long atMs) {
        return object -> {
            object.put("status", "shutting-down");
            object.put("shutdownRequestedAt", atMs);
            object.put("shutdownSource", source.wireName());
            return object;
        };
    }

    UnaryOperator<ObjectNode> offline() {
        return object -> {
            object.put("status", "offline");
            return object;
        };
    }
}
