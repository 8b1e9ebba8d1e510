package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.sessions.AgentHost;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The part of a session's metadata that does not depend on its agent.
final class SessionMetadata {
    private SessionMetadata() {}

    static ObjectNode of(AgentHost host, SessionRecord record) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        fields.setAll(record.extras());
        String home = host.home().toAbsolutePath().toString();
        fields.put("path", record.directory().toString());
        fields.put("host", host.hostName());
        fields.put("homeDir", host.userHome().toString());
        fields.put("happyHomeDir", home);
        fields.put("happyLibDir", home);
        fields.put("happyToolsDir", home);
        fields.put("version", host.version());
        fields.put("os", host.platform());
        fields.put("machineId", host.machine().value());
        fields.put("hostPid", ProcessHandle.current().pid());
        fields.put("flavor", record.agent());
        record.title()
                .ifPresent(
                        title ->
                                fields.putObject("summary")
                                        .put("text", title)
                                        .put("updatedAt", record.titleAtMs()));
        return fields;
    }
}
