package dev.roosthold.daemon;

import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/// The two encrypted objects of a machine as changes of what is stored: keys that this program does
/// not know stay. Each change gives the same result when applied twice.
final class MachineRecords {
    /// Everything is allowed: the person enrolled the machine to control it from afar, and agents
    /// can run commands anyway.
    private static final String POLICY = "full";

    private final DaemonConfig config;
    private final long startedAtMs;

    MachineRecords(DaemonConfig config) {
        this.config = config;
        startedAtMs = config.clock().millis();
    }

    /// @param label the name that the person gave the machine
    UnaryOperator<ObjectNode> metadata(String label) {
        HostFacts host = config.host();
        return object -> {
            object.put("host", host.host());
            object.put("platform", host.platform());
            object.put("happyCliVersion", config.version());
            object.put("happyHomeDir", config.home().toAbsolutePath().toString());
            object.put("homeDir", host.homeDirectory().toString());
            object.put("displayName", label);
            object.put("username", host.username());
            object.put("arch", host.arch());
            object.put("rootDirectory", config.credential().rootDirectory().toString());
            object.put("remotePolicy", POLICY);
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
