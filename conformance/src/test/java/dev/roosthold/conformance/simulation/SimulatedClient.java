package dev.roosthold.conformance.simulation;

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
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.messages.MessageAccess;
import dev.roosthold.relay.socket.ClientScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A client as the relay contract has it: it keeps what was not acknowledged and sends it again
/// with its local id, asks to continue its connection, reads again when it was not continued or
/// when a number is missing.
final class SimulatedClient {
    final String name;
    private final Simulation world;
    private final Caller caller;
    private final SessionId session;
    private final ClientScope scope;
    private final boolean sends;

    final TreeMap<Long, String> messages = new TreeMap<>();
    private long version = -1;
    private String value = "";

    private @Nullable Line line;
    private String pid = "";
    private String offset = "";
    private boolean connected;
    private boolean mustRead = true;

    /// Something was found missing that a reading under way may not have seen.
    private boolean missed;

    private int lines;
    private int made;
    private long nextAck = 1;

    /// Contents that were not acknowledged, oldest first.
    private final Deque<Unsent> outbox = new ArrayDeque<>();

    private record Unsent(String localId, String content) {}

    private final Map<Long, Waiting> waiting = new HashMap<>();

    /// What an acknowledgement is for.
    private sealed interface Waiting {
        record OfMessage(Unsent message, long begin) implements Waiting {}

        record OfMetadata(long expected, String value, long begin) implements Waiting {}
    }

    /// Local ids that were sent on the connection with this id, which must not come back on it.
    private final Set<String> sentHere = new HashSet<>();

    /// Local ids that were sent by request at least once: these are told to everybody.
    private final Set<String> toldToAll = new HashSet<>();

    private final Set<Long> answered = new HashSet<>();

    private Optional<Request> request = Optional.empty();

    /// A request on its way, then its answer on its way back.
    private static final class Request {
        final long begin;
        final @Nullable Unsent posting;
        boolean executed;
        long number;
        long after;
        List<MessageAccess.Row> rows = List.of();
        SimulatedRelay.@Nullable Metadata metadata;

        Request(long begin, @Nullable Unsent posting) {
            this.begin = begin;
            this.posting = posting;
        }
    }

    SimulatedClient(
            String name,
            Simulation world,
            Caller caller,
            SessionId session,
            ClientScope scope,
            boolean sends) {
        this.name = name;
        this.world = world;
        this.caller = caller;
        this.session = session;
        this.scope = scope;
        this.sends = sends;
    }

    boolean isQuiet() {
        Line open = line;
        return outbox.isEmpty()
                && waiting.isEmpty()
                && request.isEmpty()
                && connected
                && !mustRead
                && open != null
                && open.up.isEmpty()
                && open.down.isEmpty();
    }

    Optional<Line> line() {
        return Optional.ofNullable(line);
    }

    // ---- what it does of itself

    /// One thing that a client does of itself.
    ///
    /// @param mayBegin whether it may begin something new
    /// @return whether there was one
    boolean act(boolean mayBegin) {
        if (line == null) {
            connect();
        } else if (connected && mustRead && request.isEmpty()) {
            missed = false;
            request = Optional.of(new Request(world.tick(), null));
        } else if (connected && !outbox.isEmpty() && waiting.isEmpty() && request.isEmpty()) {
            sendOldest();
        } else if (connected && mayBegin && sends) {
            begin();
        } else {
            return false;
        }
        return true;
    }

    private void begin() {
        if (world.random().nextInt(3) == 0 && version >= 0) {
            writeMetadata();
            return;
        }
        outbox.addLast(newMessage());
        if (world.random().nextBoolean() && waiting.isEmpty() && request.isEmpty()) {
            sendOldest();
        }
    }

    private Unsent newMessage() {
        String id = name + "-" + made++;
        world.intended(id);
        return new Unsent(id, "content " + id);
    }

    private void connect() {
        Line fresh = world.newLine(name + "/" + lines++);
        line = fresh;
        connected = false;
        String continued = pid;
        String from = offset;
        fresh.up.addLast(
                () -> world.relay().connect(fresh, caller, scope, continued, from, _ -> {}));
    }

    private void sendOldest() {
        Unsent oldest = outbox.getFirst();
        if (world.random().nextInt(3) == 0) {
            toldToAll.add(oldest.localId());
            request = Optional.of(new Request(world.tick(), oldest));
            return;
        }
        sentHere.add(oldest.localId());
        ask(
                "message",
                Map.of(
                        "sid",
                        session.value(),
                        "message",
                        oldest.content(),
                        "localId",
                        oldest.localId()),
                new Waiting.OfMessage(oldest, world.tick()));
    }

    private void writeMetadata() {
        String next = name + "-" + made++;
        ask(
                "update-metadata",
                Map.of("sid", session.value(), "metadata", next, "expectedVersion", version),
                new Waiting.OfMetadata(version, next, world.tick()));
    }

    private void ask(String event, Map<String, ?> argument, Waiting what) {
        Line open = line;
        if (open == null) {
            throw new IllegalStateException("not connected");
        }
        long id = nextAck++;
        waiting.put(id, what);
        JsonNode node = SimulatedRelay.JSON.valueToTree(argument);
        open.up.addLast(() -> world.relay().event(open, event, node, id));
    }

    // ---- requests

    boolean hasRequest() {
        return request.isPresent();
    }

    /// The request reaches the relay, or its answer the client, or one of them is lost.
    void stepRequest(boolean lose) {
        Request current = request.orElseThrow();
        if (lose) {
            ended(current);
            return;
        }
        if (!current.executed) {
            Unsent posting = current.posting;
            current.executed = true;
            if (posting != null) {
                current.number =
                        world.relay().post(caller, session, posting.localId(), posting.content());
            } else {
                current.after = messages.isEmpty() ? 0 : messages.lastKey();
                current.rows = world.relay().after(caller, session, current.after);
                current.metadata = world.relay().metadata(caller.account(), session);
            }
            return;
        }
        request = Optional.empty();
        Span span = new Span(current.begin, world.tick());
        Unsent posting = current.posting;
        if (posting != null) {
            acknowledged(posting, current.number, span);
        } else {
            read(current, span);
        }
    }

    private void ended(Request current) {
        request = Optional.empty();
        Unsent posting = current.posting;
        if (posting != null) {
            unanswered(posting, current.begin);
        }
    }

    private void read(Request answer, Span span) {
        List<Message> rows = new ArrayList<>();
        for (MessageAccess.Row row : answer.rows) {
            messages.put(row.seq(), row.localId());
            rows.add(new Message(row.seq(), row.localId(), row.content()));
        }
        world.record(new Fetch(name, subject("messages"), answer.after, rows, span));
        SimulatedRelay.Metadata metadata = answer.metadata;
        if (metadata != null) {
            world.record(
                    new Read(
                            name, subject("metadata"), metadata.version(), metadata.value(), span));
            newer(metadata.version(), metadata.value());
        }
        mustRead = missed;
        missed = false;
    }

    private void newer(long number, String text) {
        if (number > version) {
            version = number;
            value = text;
        } else if (number == version && !text.equals(value)) {
            world.wrong(name + " has two values of version " + number);
        }
    }

    private void unanswered(Unsent message, long begin) {
        world.record(
                new Append(
                        name,
                        subject("messages"),
                        message.localId(),
                        message.content(),
                        Span.open(begin),
                        new AppendOutcome.Unknown()));
        if (world.bug() == Bug.CLIENT_FORGETS_WHAT_IT_SENT) {
            outbox.remove(message);
        } else if (world.bug() == Bug.CLIENT_SENDS_AGAIN_AS_NEW && outbox.remove(message)) {
            outbox.addFirst(new Unsent(name + "-" + made++, message.content()));
        }
    }

    private void acknowledged(Unsent message, long number, Span span) {
        world.record(
                new Append(
                        name,
                        subject("messages"),
                        message.localId(),
                        message.content(),
                        span,
                        new AppendOutcome.Stored(number)));
        world.acknowledged(message.localId(), number);
        outbox.remove(message);
        apply(number, message.localId());
    }

    // ---- what arrives

    /// The next packet of the relay arrives.
    void receive(Line.Down packet) {
        switch (packet) {
            case Line.Down.Connected(var given, boolean recovered) -> connectedAs(given, recovered);
            case Line.Down.Update(var text, var number) -> update(text, number);
            case Line.Down.Acknowledged(long id, var answer) -> acknowledged(id, answer);
        }
    }

    private void connectedAs(String given, boolean recovered) {
        connected = true;
        if (recovered != given.equals(pid)) {
            world.wrong(name + " was not told rightly whether it continues");
        }
        if (!recovered) {
            pid = given;
            sentHere.clear();
            mustRead = true;
        }
    }

    private void acknowledged(long id, JsonNode answer) {
        if (!answered.add(id)) {
            world.wrong(name + " got a second acknowledgement of " + id);
            return;
        }
        Waiting what = waiting.remove(id);
        long now = world.tick();
        switch (what) {
            case null -> {
                // Of an earlier connection: given up.
            }
            case Waiting.OfMessage(var message, long begin) -> {
                if (answer.path("ok").asBoolean(false)) {
                    acknowledged(message, answer.path("seq").asLong(), new Span(begin, now));
                } else {
                    world.wrong(name + " was refused: " + answer);
                }
            }
            case Waiting.OfMetadata(long expected, var text, long begin) -> {
                long number = answer.path("version").asLong(-1);
                String current = answer.path("metadata").asString("");
                boolean stored = answer.path("result").asString("").equals("success");
                world.record(
                        new Write(
                                name,
                                subject("metadata"),
                                expected,
                                text,
                                new Span(begin, now),
                                stored
                                        ? new WriteOutcome.Stored(number)
                                        : new WriteOutcome.Mismatch(number, current)));
                if (version < number && !mustRead) {
                    world.wrong(name + " was answered before it was told of version " + number);
                }
                newer(number, current);
            }
        }
    }

    private void update(String text, String number) {
        if (!number.isEmpty()) {
            if (!offset.isEmpty() && Long.parseLong(number) <= Long.parseLong(offset)) {
                world.wrong(name + " got update " + number + " after " + offset);
            }
            offset = number;
        }
        JsonNode body = SimulatedRelay.JSON.readTree(text).path("body");
        String of = body.path("sid").asString(body.path("id").asString(""));
        if (!of.equals(session.value())) {
            world.wrong(name + " heard of somebody else's session");
            return;
        }
        long now = world.tick();
        switch (body.path("t").asString("")) {
            case "new-message" -> {
                JsonNode row = body.path("message");
                var message =
                        new Message(
                                row.path("seq").asLong(),
                                row.path("localId").asString(""),
                                row.path("content").path("c").asString(""));
                world.record(new Heard(name, subject("messages"), connection(), message, now));
                heard(message);
            }
            case "update-session" -> {
                long told = body.path("metadata").path("version").asLong(-1);
                String metadata = body.path("metadata").path("value").asString("");
                if (told >= 0) {
                    world.record(
                            new Told(name, subject("metadata"), connection(), told, metadata, now));
                    newer(told, metadata);
                }
            }
            default -> {
                // Of no interest here.
            }
        }
    }

    /// Strangers have sessions of their own.
    private String subject(String what) {
        return what + " of " + caller.account();
    }

    /// What is continued is one connection.
    private String connection() {
        return name + " " + pid.hashCode();
    }

    private void heard(Message message) {
        if (sentHere.contains(message.localId()) && !toldToAll.contains(message.localId())) {
            world.wrong(name + " heard its own message " + message.localId());
        }
        long last = messages.isEmpty() ? 0 : messages.lastKey();
        if (message.number() > last + 1) {
            // A sender does not hear of its own; it may not know yet that it was stored.
            if (!mustRead && !sends) {
                world.wrong(name + " went from message " + last + " to " + message.number());
            }
            if (world.bug() != Bug.CLIENT_PASSES_OVER_GAPS) {
                mustRead = true;
                missed = true;
                return;
            }
        }
        apply(message.number(), message.localId());
    }

    /// Knows of a message without having heard of it; a gap before it is read.
    private void apply(long number, String localId) {
        String before = messages.get(number);
        if (before != null) {
            if (!before.equals(localId)) {
                world.wrong(name + " has two messages with number " + number);
            }
            return;
        }
        long last = messages.isEmpty() ? 0 : messages.lastKey();
        if (number == last + 1 || world.bug() == Bug.CLIENT_PASSES_OVER_GAPS) {
            messages.put(number, localId);
        } else {
            mustRead = true;
            missed = true;
        }
    }

    // ---- what breaks

    /// The connection is lost, with everything on its way to this client.
    void lost() {
        Line open = line;
        if (open == null) {
            return;
        }
        open.lost();
        line = null;
        connected = false;
        waiting.forEach(
                (_, what) -> {
                    switch (what) {
                        case Waiting.OfMessage(var message, long begin) ->
                                unanswered(message, begin);
                        case Waiting.OfMetadata(long expected, var text, long begin) ->
                                world.record(
                                        new Write(
                                                name,
                                                subject("metadata"),
                                                expected,
                                                text,
                                                Span.open(begin),
                                                new WriteOutcome.Unknown()));
                    }
                });
        waiting.clear();
    }

    /// The relay has died: no answer comes any more.
    void relayDied() {
        lost();
        request.ifPresent(this::ended);
    }
}
