package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.crowd.Api.Answer;
import dev.roosthold.conformance.history.History;
import dev.roosthold.conformance.history.Operation.Append;
import dev.roosthold.conformance.history.Operation.AppendOutcome;
import dev.roosthold.conformance.history.Span;
import dev.roosthold.conformance.wire.SocketLink;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A client that sends one message after the other, each until it is acknowledged, at whichever
/// address answers. What a pause is measured with.
final class Pulse {
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int BEATS_AT_ONE_ADDRESS = 200;

    /// How it sends.
    enum Way {
        REQUEST,
        EVENT
    }

    private final String name;
    private final Way way;
    private final String session;
    private final Whereabouts where;
    private final Random random;
    private final History history;
    private final Counters counters;
    private final Queue<Pauses.Wait> waits;
    private @Nullable SocketLink link;
    private int made;

    Pulse(
            String name,
            Way way,
            String session,
            Whereabouts where,
            Random random,
            History history,
            Counters counters,
            Queue<Pauses.Wait> waits) {
        this.name = name;
        this.way = way;
        this.session = session;
        this.where = where;
        this.random = random;
        this.history = history;
        this.counters = counters;
        this.waits = waits;
    }

    /// Sends until it is told to stop; the last message is sent to its end.
    void run(BooleanSupplier running) throws InterruptedException {
        while (running.getAsBoolean()) {
            beat();
            if (random.nextInt(BEATS_AT_ONE_ADDRESS) == 0) {
                leave();
                where.moveAnywhere();
            }
            TimeUnit.MILLISECONDS.sleep(5 + random.nextInt(20));
        }
    }

    void close() {
        leave();
    }

    private void beat() throws InterruptedException {
        String localId = name + "-" + made++;
        String content = "text of " + localId;
        long begin = System.nanoTime();
        while (!attempt(localId, content)) {
            if (System.nanoTime() - begin > GIVE_UP_NANOS) {
                counters.trouble(name + " could not send a message");
                return;
            }
            leave();
            where.moveOn();
            TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(30));
        }
        waits.add(new Pauses.Wait(begin, System.nanoTime()));
    }

    /// Whether it was acknowledged.
    private boolean attempt(String localId, String content) throws InterruptedException {
        counters.operations.increment();
        long begin = System.nanoTime();
        Optional<Long> number =
                switch (way) {
                    case REQUEST -> post(localId, content);
                    case EVENT -> send(localId, content);
                };
        long end = System.nanoTime();
        if (number.isPresent()) {
            counters.acknowledged.increment();
        }
        history.add(
                new Append(
                        name,
                        "messages " + session,
                        localId,
                        content,
                        number.isPresent() ? new Span(begin, end) : Span.open(begin),
                        number.<AppendOutcome>map(AppendOutcome.Stored::new)
                                .orElseGet(AppendOutcome.Unknown::new)));
        return number.isPresent();
    }

    private Optional<Long> post(String localId, String content) {
        return where.here()
                .call(
                        "POST",
                        "/v3/sessions/" + session + "/messages",
                        Map.of("messages", List.of(Map.of("content", content, "localId", localId))))
                .filter(Answer::ok)
                .map(answer -> answer.body().path("messages").path(0).path("seq").asLong());
    }

    private Optional<Long> send(String localId, String content) throws InterruptedException {
        SocketLink open = link;
        if (open == null || !open.isOpen()) {
            Api api = where.here();
            open =
                    SocketLink.open(
                                    api.server(),
                                    Map.of("token", api.bearer(), "clientType", "user-scoped"),
                                    new Ears())
                            .map(SocketLink.Connected::link)
                            .orElse(null);
            link = open;
        }
        if (open == null) {
            return Optional.empty();
        }
        Map<String, String> message =
                Map.of("sid", session, "message", content, "localId", localId);
        try {
            JsonNode answer =
                    open.ask(Api.JSON.writeValueAsString(List.of("message", message)))
                            .get(where.here().patience().toMillis(), TimeUnit.MILLISECONDS);
            return answer.path("ok").asBoolean(false)
                    ? Optional.of(answer.path("seq").asLong())
                    : Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    private void leave() {
        SocketLink open = link;
        link = null;
        if (open != null) {
            open.cut();
        }
    }

    private final class Ears implements SocketLink.Listener {
        @Override
        public void event(String event, JsonNode args) {
            // What others hear is judged; this one only sends.
        }

        @Override
        public JsonNode asked(String event, JsonNode args) {
            return args.path(1).path("params");
        }

        @Override
        public void answeredTwice(int id) {
            counters.trouble(name + " got a second answer to " + id);
        }

        @Override
        public void ended() {
            counters.cuts.increment();
        }
    }
}
