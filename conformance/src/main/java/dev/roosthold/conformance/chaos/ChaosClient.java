package dev.roosthold.conformance.chaos;

import dev.roosthold.conformance.wire.SocketLink;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One client: what it knows, what it does, and what it finds wrong. Its own thread does everything
/// but receive.
final class ChaosClient implements SocketLink.Listener {
    private static final int ANSWER_SECONDS = 40;

    /// What a client is for.
    sealed interface Kind {
        /// An app: hears of everything, may send and call.
        record User(boolean sends) implements Kind {}

        /// A running session: sends, and answers calls.
        record Session(String session) implements Kind {}

        /// A daemon: writes its machine's state.
        record Daemon() implements Kind {}
    }

    /// An update as it arrived.
    private record Arrival(JsonNode body, String offset) {}

    private final String name;
    private final Kind kind;
    private final Account account;
    private final URI server;
    private final Random random;
    private final Findings findings;
    private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    /// Messages by session and number.
    private final Map<String, TreeMap<Long, String>> messages = new HashMap<>();

    private final Map<String, Long> versions = new HashMap<>();

    /// Sent, not seen acknowledged: local id by session.
    private final List<Map.Entry<String, String>> outbox = new ArrayList<>();

    private @Nullable SocketLink link;
    private String pid = "";
    private String offset = "";
    private int sent;
    private boolean mustRead = true;

    ChaosClient(
            String name, Kind kind, Account account, URI server, Random random, Findings findings) {
        this.name = name;
        this.kind = kind;
        this.account = account;
        this.server = server;
        this.random = random;
        this.findings = findings;
        followed().forEach(session -> messages.put(session, new TreeMap<>()));
    }

    /// Does one thing at random.
    void step() throws InterruptedException {
        if (!connected()) {
            return;
        }
        takeArrivals();
        int dice = random.nextInt(1_000);
        if (dice < 25) {
            cut();
            return;
        }
        switch (kind) {
            case Kind.User(boolean sends) -> {
                if (dice < 200) {
                    call();
                } else if (sends && dice < 600) {
                    send(anySession());
                } else if (sends && dice < 700) {
                    post(anySession());
                } else if (dice < 750) {
                    replaceMetadata(anySession());
                }
            }
            case Kind.Session(String session) -> {
                if (dice < 600) {
                    send(session);
                } else if (dice < 700) {
                    replaceMetadata(session);
                }
            }
            case Kind.Daemon() -> {
                if (dice < 500) {
                    replaceState();
                }
            }
        }
    }

    /// Connects if need be, sends what is left and takes what has arrived.
    ///
    /// @return whether everything is sent and nothing arrived
    boolean settle() throws InterruptedException {
        if (!connected()) {
            return false;
        }
        SocketLink open = link;
        boolean quiet = takeArrivals() == 0;
        resend();
        return quiet && outbox.isEmpty() && !mustRead && open != null && open.unanswered() == 0;
    }

    /// Compares what this client knows with what the server has.
    void verify() {
        for (String session : followed()) {
            List<Account.Stored> stored = account.messagesAfter(session, 0).orElseThrow();
            TreeMap<Long, String> mine = known(session);
            List<String> theirs = stored.stream().map(Account.Stored::localId).toList();
            if (!List.copyOf(mine.values()).equals(theirs)) {
                findings.wrong(
                        name + " has " + mine.size() + " messages, the server " + theirs.size());
            }
            long version = account.session(session).orElseThrow().path("metadataVersion").asLong();
            compare("metadata of a session", session, version);
        }
        if (!(kind instanceof Kind.Session)) {
            JsonNode row = account.machineRow().orElseThrow();
            compare("state", "state", row.path("daemonStateVersion").asLong());
        }
    }

    void close() {
        SocketLink open = link;
        if (open != null) {
            open.cut();
        }
    }

    private void compare(String what, String key, long stored) {
        long known = versions.getOrDefault(key, -1L);
        // Version 0 is told to nobody unless somebody connects after it.
        if (known != stored && !(known < 0 && stored == 0)) {
            findings.wrong(name + " has version " + known + " of the " + what + ", not " + stored);
        }
    }

    private TreeMap<Long, String> known(String session) {
        return messages.computeIfAbsent(session, _ -> new TreeMap<>());
    }

    private List<String> followed() {
        return switch (kind) {
            case Kind.User _ -> account.sessions();
            case Kind.Session(String session) -> List.of(session);
            case Kind.Daemon() -> List.of();
        };
    }

    private String anySession() {
        return account.sessions().get(random.nextInt(account.sessions().size()));
    }

    // ---- connection

    private boolean connected() throws InterruptedException {
        SocketLink open = link;
        if (open == null || !open.isOpen()) {
            takeArrivals();
            if (!connect()) {
                TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(80));
                return false;
            }
        }
        if (mustRead) {
            mustRead = !readAgain();
        }
        return !mustRead;
    }

    private boolean connect() throws InterruptedException {
        Map<String, String> auth = new HashMap<>(Map.of("token", account.token()));
        switch (kind) {
            case Kind.User _ -> auth.put("clientType", "user-scoped");
            case Kind.Session(String session) -> {
                auth.put("clientType", "session-scoped");
                auth.put("sessionId", session);
            }
            case Kind.Daemon() -> {
                auth.put("clientType", "machine-scoped");
                auth.put("machineId", account.machine());
            }
        }
        if (!pid.isEmpty()) {
            auth.put("pid", pid);
            if (!offset.isEmpty()) {
                auth.put("offset", offset);
            }
        }
        Optional<SocketLink.Connected> made = SocketLink.open(server, auth, this);
        if (made.isEmpty()) {
            return false;
        }
        SocketLink open = made.get().link();
        String given = made.get().answer().path("pid").asString("");
        boolean recovered = !given.isEmpty() && given.equals(pid);
        findings.connected(recovered);
        if (!recovered) {
            // What arrived already belongs to the new connection and comes after the reading.
            pid = given;
            offset = "";
            mustRead = true;
        }
        link = open;
        if (kind instanceof Kind.Session(String session)) {
            open.send("[\"rpc-register\",{\"method\":\"" + session + ":echo\"}]");
        }
        return true;
    }

    private void cut() {
        SocketLink open = link;
        if (open != null) {
            findings.cut();
            open.cut();
        }
    }

    /// What a client does that cannot rely on having heard everything.
    private boolean readAgain() {
        for (String session : followed()) {
            if (!readMessages(session)) {
                return false;
            }
            Optional<JsonNode> row = account.session(session);
            if (row.isEmpty()) {
                return false;
            }
            newer(session, row.get().path("metadataVersion").asLong());
        }
        Optional<JsonNode> machine = account.machineRow();
        machine.ifPresent(row -> newer("state", row.path("daemonStateVersion").asLong()));
        return machine.isPresent();
    }

    private boolean readMessages(String session) {
        TreeMap<Long, String> known = known(session);
        long last = known.isEmpty() ? 0 : known.lastKey();
        Optional<List<Account.Stored>> missed = account.messagesAfter(session, last);
        missed.ifPresent(
                found -> found.forEach(message -> known.put(message.seq(), message.localId())));
        return missed.isPresent();
    }

    private void newer(String key, long version) {
        versions.merge(key, version, Math::max);
    }

    // ---- what arrives

    @Override
    public void event(String event, JsonNode args) {
        if (event.equals("update")) {
            arrivals.add(new Arrival(args.path(1).path("body"), args.path(2).asString("")));
        }
    }

    @Override
    public JsonNode asked(String event, JsonNode args) {
        return args.path(1).path("params");
    }

    @Override
    public void answeredTwice(int id) {
        findings.wrong(name + " got a second answer to " + id);
    }

    @Override
    public void ended() {
        // Noticed with the next step.
    }

    private int takeArrivals() {
        int taken = 0;
        for (Arrival next = arrivals.poll(); next != null; next = arrivals.poll()) {
            update(next.body(), next.offset());
            taken++;
        }
        return taken;
    }

    private void update(JsonNode body, String number) {
        if (!number.isEmpty()) {
            if (!offset.isEmpty() && Long.parseLong(number) <= Long.parseLong(offset)) {
                findings.wrong(name + " got update " + number + " after " + offset);
            }
            offset = number;
        }
        switch (body.path("t").asString()) {
            case "new-message" ->
                    message(
                            body.path("sid").asString(),
                            body.path("message").path("seq").asLong(),
                            body.path("message").path("localId").asString(""));
            case "update-session" -> {
                if (body.has("metadata")) {
                    version(body.path("id").asString(), body.path("metadata"), number);
                }
            }
            case "update-machine" -> {
                if (body.has("daemonState")) {
                    version("state", body.path("daemonState"), number);
                }
            }
            default -> {
                // Of no interest here.
            }
        }
    }

    private void version(String key, JsonNode value, String number) {
        long version = value.path("version").asLong();
        long known = versions.getOrDefault(key, -1L);
        // Without a number it is the state on connect, which may be known already.
        if (!number.isEmpty() && version > known + 1 && known >= 0 && !mustRead) {
            findings.wrong(name + " missed version " + (known + 1) + " of " + key);
        }
        newer(key, version);
    }

    private void message(String session, long seq, String localId) {
        TreeMap<Long, String> known = messages.get(session);
        if (known == null) {
            findings.wrong(name + " heard of a session that is not its own");
            return;
        }
        findings.delivered();
        String before = known.get(seq);
        if (before != null) {
            if (!before.equals(localId)) {
                findings.wrong(name + " got two messages with number " + seq);
            }
            return;
        }
        long last = known.isEmpty() ? 0 : known.lastKey();
        if (seq != last + 1) {
            if (!mustRead && !sends()) {
                findings.wrong(name + " went from message " + last + " to " + seq);
            }
            // A sender does not hear of its own message; the acknowledgement may have been cut off.
            mustRead |= !readMessages(session);
        }
        known.put(seq, localId);
    }

    private boolean sends() {
        return switch (kind) {
            case Kind.User(boolean sends) -> sends;
            case Kind.Session _ -> true;
            case Kind.Daemon() -> false;
        };
    }

    // ---- what it does

    private void send(String session) throws InterruptedException {
        outbox.add(Map.entry(session, name + "-" + sent++));
        resend();
    }

    /// Sends everything unacknowledged, in order, each until it is acknowledged.
    private void resend() throws InterruptedException {
        while (!outbox.isEmpty()) {
            var entry = outbox.getFirst();
            String event =
                    "[\"message\",{\"sid\":\"%s\",\"message\":\"text %s\",\"localId\":\"%s\"}]"
                            .formatted(entry.getKey(), entry.getValue(), entry.getValue());
            Optional<JsonNode> answer = ask(event);
            if (answer.isEmpty()) {
                return;
            }
            if (!answer.get().path("ok").asBoolean()) {
                findings.wrong(name + " was refused: " + answer.get());
            }
            outbox.removeFirst();
            account.acknowledged(entry.getKey(), entry.getValue());
            findings.stored();
            takeArrivals();
            message(entry.getKey(), answer.get().path("seq").asLong(), entry.getValue());
        }
    }

    private void post(String session) {
        String localId = name + "-" + sent++;
        if (account.post(session, localId, "text " + localId)) {
            findings.stored();
        }
    }

    private void replaceMetadata(String session) throws InterruptedException {
        long version = versions.getOrDefault(session, 0L);
        replace(
                session,
                "[\"update-metadata\",{\"sid\":\"%s\",\"metadata\":\"%s\",\"expectedVersion\":%d}]"
                        .formatted(session, name + "-" + version, version));
    }

    private void replaceState() throws InterruptedException {
        long version = versions.getOrDefault("state", 0L);
        replace(
                "state",
                "[\"machine-update-state\",{\"machineId\":\"%s\",\"daemonState\":\"%s\",\"expectedVersion\":%d}]"
                        .formatted(account.machine(), name + "-" + version, version));
    }

    private void replace(String key, String event) throws InterruptedException {
        Optional<JsonNode> answer = ask(event);
        if (answer.isPresent()) {
            String result = answer.get().path("result").asString();
            if (!result.equals("success") && !result.equals("version-mismatch")) {
                findings.wrong(name + " was answered " + answer.get());
            }
            // The events before the acknowledgement come first.
            takeArrivals();
            newer(key, answer.get().path("version").asLong());
        }
    }

    private void call() throws InterruptedException {
        String params = name + "-" + random.nextInt(1_000_000);
        Optional<JsonNode> answer =
                ask(
                        "[\"rpc-call\",{\"method\":\"%s:echo\",\"params\":\"%s\"}]"
                                .formatted(anySession(), params));
        if (answer.isPresent()) {
            JsonNode got = answer.get();
            findings.called(got.path("ok").asBoolean());
            if (got.path("ok").asBoolean() && !got.path("result").asString().equals(params)) {
                findings.wrong(name + " got another call's answer");
            }
        }
    }

    /// Empty when the link ended first.
    private Optional<JsonNode> ask(String event) throws InterruptedException {
        SocketLink open = link;
        if (open == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(open.ask(event).get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                return Optional.empty();
            }
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            findings.wrong(name + " was not answered: " + event);
            open.cut();
            return Optional.empty();
        }
    }
}
