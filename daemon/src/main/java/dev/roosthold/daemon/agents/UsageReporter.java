package dev.roosthold.daemon.agents;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.SocketGoneException;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.protocol.SessionId;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Brings what a session has used to the relay: in order, each report counted once, also when the
/// relay is away or the daemon is restarted in between. Until the relay has confirmed a report it
/// stands in the session's record; it has an id of its own, by which the relay knows a repetition.
/// Thread-safe.
final class UsageReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UsageReporter.class);

    /// Reports that wait. What comes then is added to the last of them: the sums stay right.
    private static final int MOST = 50;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /// A server that never answers a report must not keep the session from ending.
    private static final int MAX_SILENCES = 3;

    /// Refusals that are no fault of the report.
    private static final Set<String> PASSING =
            Set.of("Failed to save usage report", "Internal error");

    private final SessionId session;
    private final SessionRecord record;
    private final Supplier<Optional<RelaySocket>> socket;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private int waiting;
    private boolean closed;
    private @Nullable Thread thread;

    UsageReporter(SessionId session, SessionRecord record, Supplier<Optional<RelaySocket>> socket) {
        this.session = session;
        this.record = record;
        this.socket = socket;
        lock.lock();
        try {
            waiting = record.usage().size();
            startIfNeeded();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a report; it is on the disk when this returns.
    ///
    /// @param agent what it was used for
    void add(String agent, ObjectNode tokens, ObjectNode cost) {
        lock.lock();
        try {
            record.change(
                    json -> {
                        ArrayNode reports = json.withArray("usage");
                        if (reports.size() >= MOST
                                && reports.get(reports.size() - 1) instanceof ObjectNode last
                                && last.path("key").asString("").equals(agent)) {
                            // Not the first one, so it is not on its way.
                            sum(last, "tokens", tokens);
                            sum(last, "cost", cost);
                            return;
                        }
                        ObjectNode report = reports.addObject();
                        report.put("key", agent)
                                .put("sessionId", session.value())
                                .put("localId", Outbox.newLocalId());
                        report.set("tokens", tokens);
                        report.set("cost", cost);
                    });
            waiting = record.usage().size();
            startIfNeeded();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void sum(ObjectNode report, String kind, ObjectNode more) {
        ObjectNode numbers = report.withObject("/" + kind);
        more.properties()
                .forEach(
                        one -> {
                            JsonNode before = numbers.path(one.getKey());
                            if (one.getValue().isIntegralNumber()
                                    && !before.isFloatingPointNumber()) {
                                numbers.put(
                                        one.getKey(), before.asLong(0) + one.getValue().asLong());
                            } else {
                                numbers.put(
                                        one.getKey(),
                                        before.asDouble(0) + one.getValue().asDouble());
                            }
                        });
    }

    /// After each connect.
    void connected() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the relay has every report.
    ///
    /// @return whether it has in time
    boolean await(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (waiting > 0 && left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return waiting == 0;
        } finally {
            lock.unlock();
        }
    }

    private void startIfNeeded() {
        if (thread == null && waiting > 0 && !closed) {
            thread = Thread.ofVirtual().name("roost-usage").start(this::run);
        }
    }

    /// Lives as long as something waits.
    private void run() {
        try {
            int silences = 0;
            while (true) {
                List<ObjectNode> reports;
                RelaySocket live;
                lock.lockInterruptibly();
                try {
                    reports = record.usage();
                    waiting = reports.size();
                    changed.signalAll();
                    if (closed || reports.isEmpty()) {
                        thread = null;
                        return;
                    }
                    live = socket.get().orElse(null);
                    if (live == null) {
                        long _ = changed.awaitNanos(RETRY.toNanos());
                        continue;
                    }
                } finally {
                    lock.unlock();
                }
                ObjectNode first = reports.getFirst();
                switch (report(live, first)) {
                    case KEPT -> {
                        silences = 0;
                        done(first);
                    }
                    case REFUSED -> {
                        LOG.warn("the relay does not take a report of usage");
                        done(first);
                    }
                    case SILENCE -> {
                        if (++silences >= MAX_SILENCES) {
                            LOG.warn("the relay does not answer a report of usage");
                            silences = 0;
                            done(first);
                        }
                    }
                    case LATER -> Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException _) {
            LOG.debug("closed");
        } catch (UncheckedIOException e) {
            // They are sent again with the next start of the daemon, and counted once.
            LOG.warn("reports of usage cannot be kept: {}", e.getClass().getName());
        }
    }

    private enum Outcome {
        KEPT,
        REFUSED,
        SILENCE,
        LATER
    }

    private static Outcome report(RelaySocket live, ObjectNode report) throws InterruptedException {
        try {
            JsonNode answer = live.call("usage-report", report, PATIENCE).get();
            if (answer.path("success").asBoolean(false)) {
                return Outcome.KEPT;
            }
            return PASSING.contains(answer.path("error").asString(""))
                    ? Outcome.LATER
                    : Outcome.REFUSED;
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof SocketGoneException)) {
                return Outcome.REFUSED;
            }
            return live.ended().isDone() ? Outcome.LATER : Outcome.SILENCE;
        }
    }

    private void done(ObjectNode report) {
        JsonNode id = report.path("localId");
        record.change(
                json -> {
                    ArrayNode reports = json.withArray("usage");
                    reports.removeIf(one -> one.path("localId").equals(id));
                    if (reports.isEmpty()) {
                        json.remove("usage");
                    }
                });
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            if (thread != null) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
