package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.crowd.Api.Answer;
import dev.roosthold.conformance.history.History;
import dev.roosthold.conformance.history.Operation;
import dev.roosthold.conformance.history.Operation.Append;
import dev.roosthold.conformance.history.Operation.AppendOutcome;
import dev.roosthold.conformance.history.Operation.Fetch;
import dev.roosthold.conformance.history.Operation.Heard;
import dev.roosthold.conformance.history.Operation.Message;
import dev.roosthold.conformance.history.Operation.Read;
import dev.roosthold.conformance.history.Operation.Told;
import dev.roosthold.conformance.history.Operation.Write;
import dev.roosthold.conformance.history.Operation.WriteOutcome;
import dev.roosthold.conformance.history.Span;
import dev.roosthold.conformance.wire.SocketLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One client of a crowd. Its own thread does everything but receive.
final class CrowdClient {
    private static final int PAGE = 500;

    /// From here on only the end of a stream is read again.
    private static final long LONG_STREAM = 1_000;

    private final String name;
    private final Household household;
    private final Whereabouts where;
    private final Random random;
    private final History history;
    private final Counters counters;
    private final Duration patience;

    /// The way to where this client is now.
    private Api api;

    /// Versions as this client knows them, by register.
    private final Map<String, Long> versions = new HashMap<>();

    /// Highest numbers as this client knows them, by session.
    private final Map<String, Long> numbers = new HashMap<>();

    /// Messages without answer, to be sent again.
    private final List<Unsent> outbox = new ArrayList<>();

    private @Nullable SocketLink link;
    private int links;
    private int made;

    /// Something was not answered.
    private boolean troubled;

    private record Unsent(String session, String localId, String content) {}

    CrowdClient(
            String name,
            Household household,
            Whereabouts where,
            Random random,
            History history,
            Counters counters,
            Duration patience) {
        this.name = name;
        this.household = household;
        this.where = where;
        this.api = where.here();
        this.random = random;
        this.history = history;
        this.counters = counters;
        this.patience = patience;
    }

    /// Does one thing at random.
    void step() throws InterruptedException {
        SocketLink open = link;
        if ((open == null || !open.isOpen()) && connected() == null) {
            troubled = true;
        }
        int dice = random.nextInt(100);
        if (dice < 1) {
            cut();
        } else if (dice < 30) {
            write(any(household.registers()));
        } else if (dice < 50) {
            read(any(household.registers()));
        } else if (dice < 80) {
            append();
        } else {
            fetch(any(household.sessions()));
        }
        if (troubled) {
            // Nobody is there, or the link is broken: as a client waits before it tries again.
            troubled = false;
            where.moveOn();
            api = where.here();
            TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(80));
        }
    }

    /// Sends what is left and reads everything once more.
    ///
    /// @return whether everything was answered
    boolean settle() throws InterruptedException {
        while (!outbox.isEmpty()) {
            if (!post(outbox.removeFirst())) {
                return false;
            }
        }
        boolean all = true;
        for (Register register : household.registers()) {
            all &= read(register);
        }
        for (String session : household.sessions()) {
            all &= fetch(session, 0);
        }
        return all;
    }

    void close() {
        SocketLink open = link;
        if (open != null) {
            open.cut();
        }
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void cut() {
        SocketLink open = link;
        if (open != null && open.isOpen()) {
            open.cut();
            where.moveAnywhere();
            api = where.here();
        }
    }

    // ---- registers

    private boolean read(Register register) {
        long begin = begin();
        Optional<Register.Seen> seen = register.read(api);
        long end = end(begin);
        seen.ifPresent(
                found -> {
                    versions.put(register.name(), found.version());
                    history.add(
                            new Read(
                                    name,
                                    register.name(),
                                    found.version(),
                                    found.value(),
                                    new Span(begin, end)));
                });
        troubled |= seen.isEmpty();
        return seen.isPresent();
    }

    private void write(Register register) throws InterruptedException {
        Long known = versions.get(register.name());
        if (known == null) {
            read(register);
            return;
        }
        String value = name + "-" + made++;
        long begin = begin();
        WriteOutcome outcome =
                switch (register) {
                    case Register.ByEvent byEvent ->
                            ask(byEvent.event(known, value))
                                    .map(byEvent::outcome)
                                    .orElseGet(WriteOutcome.Unknown::new);
                    case Register.ByRequest byRequest ->
                            byRequest
                                    .write(api, known, value)
                                    .map(answer -> outcome(byRequest, answer))
                                    .orElseGet(WriteOutcome.Unknown::new);
                };
        long end = end(begin);
        switch (outcome) {
            case WriteOutcome.Stored(long version) -> {
                counters.acknowledged.increment();
                versions.put(register.name(), version);
            }
            case WriteOutcome.Mismatch(long version, String _) ->
                    versions.put(register.name(), version);
            case WriteOutcome.Refused _ -> {}
            // What is there now is not known; the next operation on it reads.
            case WriteOutcome.Unknown _ -> {
                troubled = true;
                versions.remove(register.name());
            }
        }
        history.add(
                new Write(
                        name,
                        register.name(),
                        known,
                        value,
                        outcome instanceof WriteOutcome.Unknown
                                ? Span.open(begin)
                                : new Span(begin, end),
                        outcome));
    }

    private static WriteOutcome outcome(Register.ByRequest register, Answer answer) {
        if (answer.saysNothing()) {
            return new WriteOutcome.Unknown();
        }
        return answer.status() == 429 ? new WriteOutcome.Refused() : register.outcome(answer);
    }

    // ---- streams

    private void append() {
        if (!outbox.isEmpty() && random.nextBoolean()) {
            post(outbox.removeFirst());
            return;
        }
        String localId = name + "-" + made++;
        post(new Unsent(any(household.sessions()), localId, "text of " + localId));
    }

    /// Whether it was answered.
    private boolean post(Unsent message) {
        long begin = begin();
        Optional<Answer> answer =
                api.call(
                        "POST",
                        "/v3/sessions/" + message.session() + "/messages",
                        Map.of(
                                "messages",
                                List.of(
                                        Map.of(
                                                "content",
                                                message.content(),
                                                "localId",
                                                message.localId()))));
        long end = end(begin);
        AppendOutcome outcome =
                answer.filter(given -> !given.saysNothing())
                        .map(CrowdClient::outcome)
                        .orElseGet(AppendOutcome.Unknown::new);
        if (outcome instanceof AppendOutcome.Unknown) {
            troubled = true;
            outbox.add(message);
        }
        if (outcome instanceof AppendOutcome.Stored) {
            counters.acknowledged.increment();
        }
        if (outcome instanceof AppendOutcome.Refused
                && answer.map(Answer::status).orElse(0) != 429) {
            counters.trouble(name + " was refused a message: " + answer.orElseThrow());
        }
        history.add(
                new Append(
                        name,
                        "messages " + message.session(),
                        message.localId(),
                        message.content(),
                        outcome instanceof AppendOutcome.Unknown
                                ? Span.open(begin)
                                : new Span(begin, end),
                        outcome));
        return !(outcome instanceof AppendOutcome.Unknown);
    }

    private static AppendOutcome outcome(Answer answer) {
        JsonNode number = answer.body().path("messages").path(0).path("seq");
        return answer.ok() && number.isIntegralNumber()
                ? new AppendOutcome.Stored(number.asLong())
                : new AppendOutcome.Refused();
    }

    private void fetch(String session) {
        long known = numbers.getOrDefault(session, 0L);
        boolean again = random.nextInt(10) == 0;
        long earliest = Math.max(0, known - LONG_STREAM);
        fetch(session, again ? earliest : known);
    }

    /// Reads up to the end. What the earlier pages say does not change any more, so the whole is as
    /// old as its last page.
    private boolean fetch(String session, long after) {
        List<Message> messages = new ArrayList<>();
        long last = after;
        while (true) {
            long begin = begin();
            Optional<Answer> answer =
                    api.call(
                                    "GET",
                                    "/v3/sessions/"
                                            + session
                                            + "/messages?limit="
                                            + PAGE
                                            + "&after_seq="
                                            + last,
                                    null)
                            .filter(Answer::ok);
            long end = end(begin);
            if (answer.isEmpty()) {
                troubled = true;
                return false;
            }
            for (JsonNode row : answer.get().body().path("messages")) {
                Message message = message(row);
                last = message.number();
                messages.add(message);
            }
            if (!answer.get().body().path("hasMore").asBoolean(false)) {
                numbers.merge(session, last, Math::max);
                history.add(
                        new Fetch(
                                name,
                                "messages " + session,
                                after,
                                messages,
                                new Span(begin, end)));
                return true;
            }
        }
    }

    private Message message(JsonNode row) {
        return new Message(
                row.path("seq").asLong(),
                history.shared(row.path("localId").asString("")),
                history.shared(row.path("content").path("c").asString("")));
    }

    // ---- the connection

    private Optional<JsonNode> ask(String event) throws InterruptedException {
        SocketLink open = connected();
        if (open == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(open.ask(event).get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (TimeoutException e) {
            open.cut();
            return Optional.empty();
        }
    }

    private @Nullable SocketLink connected() {
        SocketLink open = link;
        if (open != null && open.isOpen()) {
            return open;
        }
        String connection = name + " connection " + links++;
        link =
                SocketLink.open(
                                api.server(),
                                Map.of("token", api.bearer(), "clientType", "user-scoped"),
                                new Ears(connection))
                        .map(SocketLink.Connected::link)
                        .orElse(null);
        return link;
    }

    private long begin() {
        counters.operations.increment();
        return System.nanoTime();
    }

    private long end(long begin) {
        long now = System.nanoTime();
        counters.slowestNanos.accumulate(now - begin);
        return now;
    }

    /// What arrives on one connection. Called one after the other.
    private final class Ears implements SocketLink.Listener {
        private final String connection;

        Ears(String connection) {
            this.connection = connection;
        }

        @Override
        public void event(String event, JsonNode args) {
            long now = System.nanoTime();
            if (!event.equals("update")) {
                return;
            }
            JsonNode body = args.path(1).path("body");
            switch (body.path("t").asString("")) {
                case "new-message" ->
                        add(
                                new Heard(
                                        name,
                                        "messages " + body.path("sid").asString(""),
                                        connection,
                                        message(body.path("message")),
                                        now));
                case "update-session" -> {
                    told("session " + body.path("id").asString(""), "metadata", body, now);
                    told("session " + body.path("id").asString(""), "agentState", body, now);
                }
                case "update-machine" -> {
                    told("machine " + body.path("machineId").asString(""), "metadata", body, now);
                    told(
                            "machine " + body.path("machineId").asString(""),
                            "daemonState",
                            body,
                            now);
                }
                default -> {
                    // Keys and artifacts travel in base64 and are judged by what is read.
                }
            }
        }

        private void told(String of, String field, JsonNode body, long now) {
            JsonNode part = body.path(field);
            if (part.has("version")) {
                add(
                        new Told(
                                name,
                                of + " " + field,
                                connection,
                                part.path("version").asLong(),
                                part.path("value").asString(""),
                                now));
            }
        }

        private void add(Operation operation) {
            counters.heard.increment();
            history.add(operation);
        }

        @Override
        public JsonNode asked(String event, JsonNode args) {
            return args.path(1).path("params");
        }

        @Override
        public void answeredTwice(int id) {
            counters.trouble(connection + " got a second answer to " + id);
        }

        @Override
        public void ended() {
            counters.cuts.increment();
        }
    }
}
