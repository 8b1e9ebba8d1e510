package dev.roosthold.protocol.records;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The state of a machine's daemon, written by it alone. Each change gives the same result when it
/// is applied to its own result. Immutable.
public record DaemonState(JsonObject json) {

    /// Null and whatever else is no object count as an object without fields.
    public static DaemonState read(JsonNode plaintext) {
        return new DaemonState(JsonObject.from(plaintext).orElse(JsonObject.empty()));
    }

    public static DaemonState empty() {
        return new DaemonState(JsonObject.empty());
    }

    public ObjectNode tree() {
        return json.tree();
    }

    /// `running`, `shutting-down`, `offline` or another.
    public Optional<String> status() {
        return json.text("status");
    }

    public OptionalLong pid() {
        return json.number("pid");
    }

    /// Port of the daemon's control on its own computer.
    public OptionalLong httpPort() {
        return json.number("httpPort");
    }

    /// Unix milliseconds.
    public OptionalLong startedAtMs() {
        return json.number("startedAt");
    }

    /// Unix milliseconds.
    public OptionalLong shutdownRequestedAtMs() {
        return json.number("shutdownRequestedAt");
    }

    /// `mobile-app`, `cli`, `os-signal`, `unknown` or another.
    public Optional<String> shutdownSource() {
        return json.text("shutdownSource");
    }

    /// A daemon that runs, without traces of an earlier end.
    ///
    /// @param httpPort of its local control; empty when it has none
    /// @param startedAtMs Unix milliseconds
    public DaemonState running(long pid, OptionalLong httpPort, long startedAtMs) {
        return new DaemonState(
                json.with("status", "running")
                        .with("pid", pid)
                        .withNumber("httpPort", httpPort)
                        .with("startedAt", startedAtMs)
                        .without("shutdownRequestedAt")
                        .without("shutdownSource"));
    }

    /// @param source see [#shutdownSource]
    /// @param atMs Unix milliseconds
    public DaemonState shuttingDown(String source, long atMs) {
        return new DaemonState(
                json.with("status", "shutting-down")
                        .with("shutdownRequestedAt", atMs)
                        .with("shutdownSource", source));
    }

    public DaemonState offline() {
        return new DaemonState(json.with("status", "offline"));
    }
}
