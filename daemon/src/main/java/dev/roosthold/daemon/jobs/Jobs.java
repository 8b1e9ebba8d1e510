package dev.roosthold.daemon.jobs;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.Scheduler;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.sessions.AgentSessions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Keeps the schedule of the machine's jobs and has them done at their times. Thread-safe.
///
/// - A time counts as seen to before its run begins: after a crash in between it is not done twice.
/// - A time that passed while the machine was off is made up for once, when it is less than 24
///   hours late; of several, the last.
/// - While a run of a job goes on, no other begins; its time is left out.
public final class Jobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    /// The clock may be set, so no time is waited for in one piece.
    private static final Duration LOOK = Duration.ofSeconds(20);

    private final JobFile file;
    private final EncryptedJson encryption;
    private final JobWork work;
    private final Clock clock;
    private final Scheduler scheduler;
    private final JobFile.Content content;
    private final Set<String> starting = new HashSet<>();
    private boolean closed;

    /// @param home the directory of all files of this program
    public Jobs(
            Path home, EncryptedJson encryption, JobWork work, Clock clock, Scheduler scheduler) {
        file = new JobFile(home);
        this.encryption = encryption;
        this.work = work;
        this.clock = clock;
        this.scheduler = scheduler;
        content = file.read(clock.millis());
    }

    public void start() {
        Thread.startVirtualThread(this::look);
    }

    private void look() {
        synchronized (this) {
            if (closed) {
                return;
            }
            seeToDue();
        }
        var _ = scheduler.after(LOOK, () -> Thread.startVirtualThread(this::look));
    }

    /// Takes what the relay has: a list of `{jobId, data, updatedAt}`.
    public synchronized void replace(JsonNode list) {
        content.jobs().clear();
        for (JsonNode job : list) {
            content.jobs()
                    .put(
                            job.path("jobId").asString(""),
                            new JobFile.Stored(
                                    job.path("data").asString(""),
                                    job.path("updatedAt").asLong(0)));
        }
        content.runs().keySet().retainAll(content.jobs().keySet());
        file.write(content);
        seeToDue();
    }

    private void seeToDue() {
        Instant now = clock.instant();
        boolean changed = false;
        for (Map.Entry<String, JobFile.Stored> stored : content.jobs().entrySet()) {
            String id = stored.getKey();
            Optional<Job> job = open(id, stored.getValue());
            if (job.isEmpty() || !job.get().enabled()) {
                continue;
            }
            JobFile.Run last = content.runs().getOrDefault(id, new JobFile.Run(0, ""));
            long since = Math.max(last.dueMs(), stored.getValue().updatedAtMs());
            Optional<Instant> due = job.get().due(Instant.ofEpochMilli(since), now);
            if (due.isEmpty()) {
                continue;
            }
            content.runs().put(id, new JobFile.Run(due.get().toEpochMilli(), last.session()));
            changed = true;
            if (isBusy(id, last)) {
                LOG.info("job {} is left out at {}: its last run goes on", id, due.get());
            } else {
                starting.add(id);
                Thread.startVirtualThread(() -> run(job.get()));
            }
        }
        if (changed) {
            file.write(content);
        }
    }

    private boolean isBusy(String id, JobFile.Run last) {
        return starting.contains(id) || (!last.session().isEmpty() && work.runs(last.session()));
    }

    private Optional<Job> open(String id, JobFile.Stored stored) {
        try {
            return encryption.open(stored.data()).map(object -> Job.of(id, object));
        } catch (IllegalArgumentException e) {
            LOG.debug("job {} cannot be done: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    private void run(Job job) {
        try {
            JsonNode _ = answer(job, start(job));
        } catch (MethodFailure e) {
            LOG.warn("job {} was not started: {}", job.id(), e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private AgentSessions.Outcome start(Job job) throws InterruptedException {
        try {
            return work.start(
                    job.assistantId().orElse(""),
                    job.directory().orElse(""),
                    job.prompt(),
                    job.start().deepCopy());
        } catch (IOException e) {
            return new AgentSessions.Outcome.Refused(String.valueOf(e.getMessage()));
        } finally {
            synchronized (this) {
                starting.remove(job.id());
            }
        }
    }

    private JsonNode answer(Job job, AgentSessions.Outcome outcome) throws MethodFailure {
        return switch (outcome) {
            case AgentSessions.Outcome.Started(var session) -> {
                LOG.info("job {} runs as session {}", job.id(), session);
                synchronized (this) {
                    long due =
                            content.runs().getOrDefault(job.id(), new JobFile.Run(0, "")).dueMs();
                    content.runs().put(job.id(), new JobFile.Run(due, session));
                    file.write(content);
                }
                yield JsonNodeFactory.instance
                        .objectNode()
                        .put("type", "success")
                        .put("sessionId", session);
            }
            case AgentSessions.Outcome.Pending(var request, var retry) ->
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("type", "pending")
                            .put("clientRequestId", request)
                            .put("retryAfterMs", retry);
            case AgentSessions.Outcome.Refused(var reason) -> throw new MethodFailure(reason);
        };
    }

    /// `run-job {jobId}`: does it now, whatever its schedule says and also when it is off.
    public JsonNode runNow(Params params) throws MethodFailure, InterruptedException {
        String id = params.text("jobId");
        Job job;
        synchronized (this) {
            JobFile.Stored stored = content.jobs().get(id);
            job =
                    Optional.ofNullable(stored)
                            .flatMap(one -> open(id, one))
                            .orElseThrow(() -> new MethodFailure("No such job"));
            if (isBusy(id, content.runs().getOrDefault(id, new JobFile.Run(0, "")))) {
                throw new MethodFailure("A run of this job goes on");
            }
            starting.add(id);
        }
        return answer(job, start(job));
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
