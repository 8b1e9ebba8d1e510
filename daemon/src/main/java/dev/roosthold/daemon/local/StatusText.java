package dev.roosthold.daemon.local;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The two forms of a status.
final class StatusText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private StatusText() {}

    static ObjectNode json(DaemonStatus status, long pid, int port) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("running", true);
        object.put("online", status.online());
        object.put("state", status.state());
        object.put("detail", status.detail());
        status.code().ifPresent(code -> object.put("code", code));
        status.onlineSinceMs().ifPresent(since -> object.put("onlineSince", since));
        object.put("startedAt", status.startedAtMs());
        object.put("machine", status.machine());
        object.put("relay", status.relay());
        object.put("version", status.version());
        object.put("policy", status.policy());
        ArrayNode roots = object.putArray("rootDirectories");
        status.roots().forEach(roots::add);
        object.put("sessions", status.sessions());
        object.put("pid", pid);
        object.put("httpPort", port);
        return object;
    }

    static DaemonStatus parse(JsonNode object) {
        return new DaemonStatus(
                object.path("state").asString(""),
                object.path("detail").asString(""),
                object.path("code").asStringOpt(),
                object.path("onlineSince").asLongOpt(),
                object.path("startedAt").asLong(0),
                object.path("machine").asString(""),
                object.path("relay").asString(""),
                object.path("version").asString(""),
                object.path("policy").asString(""),
                object.path("rootDirectories").valueStream().map(JsonNode::asString).toList(),
                object.path("sessions").asInt(0));
    }

    static String lines(DaemonStatus status, long pid, ZoneId zone) {
        var out = new StringBuilder(256);
        line(out, "Daemon", "running, process " + pid + ", version " + status.version());
        line(out, "Relay", status.relay());
        line(out, "Machine", status.machine());
        line(
                out,
                "Online",
                status.onlineSinceMs().isPresent()
                        ? "since " + time(status.onlineSinceMs().getAsLong(), zone)
                        : "no" + (status.detail().isEmpty() ? "" : ": " + status.detail()));
        status.code().ifPresent(code -> line(out, "Code", code));
        line(out, "Started", time(status.startedAtMs(), zone));
        line(out, "Sessions", Integer.toString(status.sessions()));
        line(out, "Policy", status.policy());
        line(out, "Roots", String.join(", ", status.roots()));
        return out.toString();
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(name).append(" ".repeat(Math.max(1, 10 - name.length()))).append(value);
        out.append('\n');
    }

    private static String time(long ms, ZoneId zone) {
        return TIME.format(Instant.ofEpochMilli(ms).atZone(zone));
    }
}
