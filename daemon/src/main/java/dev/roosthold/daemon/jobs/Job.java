package dev.roosthold.daemon.jobs;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What the owner wants done at certain times.
///
/// ```
/// {"id", "assistantId"?, "directory"?, "cron", "timeZone"?, "prompt", "model"?, "agent"?,
///  "enabled"?}
/// ```
///
/// @param directory where it is done; empty for that of its assistant
/// @param start what a start of a session takes besides its directory
record Job(
        String id,
        Optional<String> assistantId,
        Optional<String> directory,
        Cron cron,
        ZoneId zone,
        String prompt,
        ObjectNode start,
        boolean enabled) {

    /// How late a run may be that was missed while the machine was off.
    static final long LATEST_MS = 24 * 3_600_000L;

    /// @throws IllegalArgumentException with a message for people
    static Job of(String id, ObjectNode object) {
        String prompt = object.path("prompt").asString("");
        if (prompt.isBlank()) {
            throw new IllegalArgumentException("a job has a prompt");
        }
        ZoneId zone;
        try {
            zone = ZoneId.of(object.path("timeZone").asString("UTC"));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the time zone is unknown", e);
        }
        ObjectNode start = object.objectNode();
        copy(object, "model", start, "modelMode");
        copy(object, "agent", start, "agent");
        copy(object, "permissionMode", start, "permissionMode");
        start.put("jobId", id);
        return new Job(
                id,
                object.path("assistantId").asStringOpt(),
                object.path("directory").asStringOpt(),
                Cron.parse(object.path("cron").asString("")),
                zone,
                prompt,
                start,
                object.path("enabled").asBoolean(true));
    }

    private static void copy(ObjectNode from, String name, ObjectNode to, String as) {
        JsonNode value = from.path(name);
        if (value.isString()) {
            to.set(as, value);
        }
    }

    /// The last time that was due after `since` and until now, if it is not too late for it.
    Optional<Instant> due(Instant since, Instant now) {
        Instant earliest = now.minusMillis(LATEST_MS);
        Instant from = since.isBefore(earliest) ? earliest : since;
        Optional<Instant> last = Optional.empty();
        Optional<Instant> next = next(from);
        while (next.isPresent() && !next.get().isAfter(now)) {
            last = next;
            next = next(next.get());
        }
        return last;
    }

    Optional<Instant> next(Instant after) {
        return cron.next(after.atZone(zone)).map(java.time.ZonedDateTime::toInstant);
    }
}
