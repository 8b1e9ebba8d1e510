package dev.roosthold.daemon.jobs;

import dev.roosthold.client.files.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `jobs.json` in the home directory, mode 0600: the jobs as the relay has them, encrypted, so that
/// they go on without it; and which time of each was the last that was seen to.
///
/// ```
/// {"format":1, "jobs":{id: {"data":text, "updatedAt":ms}}, "runs":{id: {"due":ms, "session"?:id}}}
/// ```
final class JobFile {
    private static final Logger LOG = LoggerFactory.getLogger(JobFile.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;

    /// @param data encrypted
    record Stored(String data, long updatedAtMs) {}

    /// @param dueMs the last time that was seen to, by a run or by leaving it out
    /// @param session of the last run; empty when there is none
    record Run(long dueMs, String session) {}

    /// What the file says.
    record Content(Map<String, Stored> jobs, Map<String, Run> runs) {
        static Content empty() {
            return new Content(new LinkedHashMap<>(), new LinkedHashMap<>());
        }
    }

    JobFile(Path home) {
        file = home.resolve("jobs.json");
    }

    /// A file that cannot be read counts as none: the relay has the jobs, and what was seen to is
    /// taken as all up to now.
    Content read(long nowMs) {
        try {
            return decode(JSON.readTree(Files.readAllBytes(file)));
        } catch (NoSuchFileException _) {
            return Content.empty();
        } catch (IOException | JacksonException e) {
            LOG.warn("{} cannot be read, times that were due are left out", file, e);
            return Content.empty();
        }
    }

    private static Content decode(JsonNode object) {
        Content content = Content.empty();
        object.path("jobs")
                .forEachEntry(
                        (id, job) ->
                                content.jobs()
                                        .put(
                                                id,
                                                new Stored(
                                                        job.path("data").asString(""),
                                                        job.path("updatedAt").asLong(0))));
        object.path("runs")
                .forEachEntry(
                        (id, run) ->
                                content.runs()
                                        .put(
                                                id,
                                                new Run(
                                                        run.path("due").asLong(0),
                                                        run.path("session").asString(""))));
        return content;
    }

    void write(Content content) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("format", 1);
        ObjectNode jobs = object.putObject("jobs");
        content.jobs()
                .forEach(
                        (id, job) ->
                                jobs.putObject(id)
                                        .put("data", job.data())
                                        .put("updatedAt", job.updatedAtMs()));
        ObjectNode runs = object.putObject("runs");
        content.runs()
                .forEach(
                        (id, run) ->
                                runs.putObject(id)
                                        .put("due", run.dueMs())
                                        .put("session", run.session()));
        try {
            PrivateFiles.write(file, object.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("cannot write {}", file, e);
        }
    }
}
