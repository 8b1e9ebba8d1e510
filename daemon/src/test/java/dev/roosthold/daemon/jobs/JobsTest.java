package dev.roosthold.daemon.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class JobsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir Path home;
    private final EncryptedJson encryption =
            new EncryptedJson(new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM));
    private volatile Instant now = Instant.parse("2026-06-10T12:00:30Z");
    private final List<String> started = new CopyOnWriteArrayList<>();
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    private final Clock clock =
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now;
                }
            };

    private final JobWork work =
            new JobWork() {
                @Override
                public AgentSessions.Outcome start(
                        String assistantId, String directory, String prompt, ObjectNode start) {
                    String session = "s" + (started.size() + 1);
                    running.add(session);
                    started.add(
                            directory + " " + prompt + " " + start.path("modelMode").asString());
                    return new AgentSessions.Outcome.Started(session);
                }

                @Override
                public boolean runs(String sessionId) {
                    return running.contains(sessionId);
                }
            };

    private Jobs jobs() {
        return new Jobs(home, encryption, work, clock, (_, _) -> () -> {});
    }

    private ArrayNode list(String cron, boolean enabled) {
        ObjectNode job = JsonNodeFactory.instance.objectNode();
        job.put("cron", cron).put("prompt", "look").put("directory", "/srv").put("model", "m1");
        job.put("enabled", enabled);
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        list.addObject()
                .put("jobId", "j1")
                .put("data", encryption.seal(job))
                .put("updatedAt", Instant.parse("2026-06-10T12:00:00Z").toEpochMilli());
        return list;
    }

    private void at(String time) {
        now = Instant.parse(time);
    }

    @Test
    void runsAtItsTimeOnceAndNotWhileItsLastRunGoesOn() {
        try (Jobs jobs = jobs()) {
            ArrayNode list = list("*/5 * * * *", true);
            jobs.replace(list);
            assertThat(started).isEmpty();
            at("2026-06-10T12:05:10Z");
            jobs.replace(list);
            await().until(() -> started.size() == 1);
            assertThat(started).containsExactly("/srv look m1");
            jobs.replace(list);
            at("2026-06-10T12:10:10Z");
            jobs.replace(list);
            running.clear();
            // The time of 12:10 was left out, not put off.
            jobs.replace(list);
            at("2026-06-10T12:15:10Z");
            jobs.replace(list);
            await().until(() -> started.size() == 2);
        }
    }

    @Test
    void goesOnWithoutTheRelayAndMakesUpForOneMissedTime() {
        try (Jobs jobs = jobs()) {
            jobs.replace(list("0 * * * *", true));
        }
        at("2026-06-10T18:20:00Z");
        try (Jobs jobs = jobs()) {
            jobs.start();
            await().until(() -> started.size() == 1);
        }
        running.clear();
        try (Jobs jobs = jobs()) {
            jobs.start();
            at("2026-06-10T19:00:00Z");
            jobs.replace(list("0 * * * *", true));
            await().until(() -> started.size() == 2);
        }
        assertThat(started).hasSize(2);
    }

    @Test
    void jobsThatAreOffOrCannotBeReadDoNothing() {
        try (Jobs jobs = jobs()) {
            at("2026-06-10T13:00:00Z");
            jobs.replace(list("* * * * *", false));
            ArrayNode damaged = JsonNodeFactory.instance.arrayNode();
            damaged.addObject().put("jobId", "j2").put("data", "AAAA").put("updatedAt", 0);
            jobs.replace(damaged);
            jobs.replace(list("no schedule", true));
            assertThat(started).isEmpty();
        }
    }
}
