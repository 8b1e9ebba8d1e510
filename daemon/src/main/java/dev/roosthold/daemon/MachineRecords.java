package dev.roosthold.daemon;

import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The two encrypted objects of a machine as changes of what is stored: keys that this program does
/// not know stay. Each change gives the same result when applied twice.
final class MachineRecords {
    private final DaemonConfig config;
    private final CurrentAccess access;
    private final int localPort;
    private final long startedAtMs;

    /// @param localPort where commands of this computer reach the daemon
    MachineRecords(DaemonConfig config, CurrentAccess access, int localPort) {
        this.localPort = localPort;
        this.config = config;
        this.access = access;
        startedAtMs = config.clock().millis();
    }

    /// @param label the name that the person gave the machine
    UnaryOperator<ObjectNode> metadata(String label) {
        HostFacts host = config.host();
        RemoteAccess now = access.get();
        return object -> {
            object.put("host", host.host());
            object.put("platform", host.platform());
            object.put("happyCliVersion", config.version());
            object.put("happyHomeDir", config.home().toAbsolutePath().toString());
            object.put("homeDir", host.homeDirectory().toString());
            // A machine of a sign-in has the name that its owner gives it in a client.
            if (!label.isEmpty()) {
                object.put("displayName", label);
            }
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
            return object;
        };
    }

    /// `running`, without traces of an earlier end.
    UnaryOperator<ObjectNode> running() {
        return object -> {
            object.put("status", "running");
            object.put("pid", ProcessHandle.current().pid());
            object.put("startedAt", startedAtMs);
            object.put("httpPort", localPort);
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
