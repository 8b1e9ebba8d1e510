package dev.roosthold.daemon;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.BearerToken;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.MachineRow;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.AccountOptions;
import dev.roosthold.client.account.Link;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.Change;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.rpc.RpcCaller;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.client.sessions.Attachments;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.Blob;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.SessionEvent;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import dev.roosthold.protocol.messages.Stamps;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The person's phone: a user-scoped client that calls, writes, and follows sessions.
public final class Phone implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RelayAddress relay;
    private final AccountKeys keys;
    private final Account account;
    private final Outbox outbox;
    private final Link link;
    private final Map<SessionId, OpenSession> known = new ConcurrentHashMap<>();

    /// Messages of all sessions as they came, decrypted.
    public final Map<SessionId, List<ObjectNode>> messages = new ConcurrentHashMap<>();

    public final List<JsonNode> frames = new CopyOnWriteArrayList<>();
    public final List<String> daemonStates = new CopyOnWriteArrayList<>();
    public final List<JsonNode> activity = new CopyOnWriteArrayList<>();
    private final Map<MachineId, EncryptedJson> machines = new ConcurrentHashMap<>();

    public Phone(RelayAddress relay, AccountKeys keys, Path home) throws InterruptedException {
        this.relay = relay;
        this.keys = keys;
        AccountOptions options =
                AccountOptions.usual("phone/1")
                        .withBackoff(
                                new Backoff(Duration.ofMillis(20), Duration.ofMillis(200), RANDOM));
        account = success(Account.signIn(relay, keys.master(), options));
        outbox = account.outbox(home, OutboxLimits.USUAL, OutboxListener.NONE);
        link =
                account.connect(
                        Cursor.inMemory(0),
                        new FeedListener() {
                            @Override
                            public void update(Update update) {
                                heard(update.change());
                            }

                            @Override
                            public boolean reread() {
                                return true;
                            }
                        },
                        new LinkListener() {
                            @Override
                            public void event(String name, JsonNode argument) {
                                if (name.equals("session-stream")) {
                                    frames.add(argument);
                                } else if (name.equals("ephemeral")) {
                                    activity.add(argument);
                                }
                            }
                        });
    }

    static <T> T success(Reply<T> reply) {
        if (reply instanceof Reply.Success<T>(T value)) {
            return value;
        }
        throw new AssertionError("not a success: " + reply);
    }

    private void heard(Change change) {
        switch (change) {
            case Change.SessionAdded(var row) ->
                    account.sessions().open(row).ifPresent(open -> known.put(row.id(), open));
            case Change.MessageAdded(SessionId id, StoredMessage message) ->
                    messages.computeIfAbsent(id, _ -> new CopyOnWriteArrayList<>())
                            .add(
                                    message.open(Objects.requireNonNull(known.get(id)).encryption())
                                            .orElseThrow());
            case Change.MachineAdded(MachineRow row) -> state(row.id(), row.daemonState().value());
            case Change.MachineChanged(MachineId id, _, var state, _) ->
                    state.ifPresent(field -> state(id, field.value()));
            default -> {}
        }
    }

    private void state(MachineId id, @Nullable String sealed) {
        if (sealed != null) {
            machine(id)
                    .open(sealed)
                    .ifPresent(opened -> daemonStates.add(opened.path("status").asString("")));
        }
    }

    /// A machine that has lost its key has another one.
    void forgetKeyOf(MachineId id) {
        machines.remove(id);
    }

    private EncryptedJson machine(MachineId id) {
        return machines.computeIfAbsent(
                id,
                _ -> {
                    try (RelayClient client = new RelayClient(relay, "phone/1")) {
                        MachineRow row =
                                success(
                                        client.machine(
                                                success(client.signIn(keys.master(), RANDOM)), id));
                        return new EncryptedJson(
                                new DataKeyCipher(
                                        DataEncryptionKey.unwrap(
                                                Objects.requireNonNull(row.dataEncryptionKey()),
                                                keys.contentSecretKey()),
                                        RANDOM));
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    /// Calls the machine.
    public JsonNode callMachine(MachineId id, String method, Map<String, ?> params)
            throws Exception {
        return answer(
                new RpcCaller(id.value(), machine(id))
                        .call(socket(), method, JSON.valueToTree(params))
                        .get(60, TimeUnit.SECONDS));
    }

    public JsonNode callSession(SessionId id, String method, Map<String, ?> params)
            throws Exception {
        return answer(tryCall(id, method, params));
    }

    RpcResult tryCall(SessionId id, String method, Map<String, ?> params) throws Exception {
        return account.call(socket(), session(id), method, JSON.valueToTree(params))
                .get(60, TimeUnit.SECONDS);
    }

    private static JsonNode answer(RpcResult result) {
        if (result instanceof RpcResult.Answered(JsonNode value)) {
            return value;
        }
        throw new AssertionError("no answer: " + result);
    }

    private RelaySocket socket() throws InterruptedException {
        return link.awaitSocket(Duration.ofSeconds(20)).orElseThrow();
    }

    /// The tokens of all reports of the account.
    long tokens() throws InterruptedException {
        try (RelayClient client = new RelayClient(relay, "phone/1")) {
            return success(
                    client.post(
                            success(client.signIn(keys.master(), RANDOM)),
                            "/v1/usage/query",
                            Map.of(),
                            answer ->
                                    answer.path("usage")
                                            .valueStream()
                                            .mapToLong(one -> one.at("/tokens/total").asLong())
                                            .sum()));
        }
    }

    /// The content of a file that a message names.
    byte[] file(SessionId id, String ref) throws InterruptedException {
        try (RelayClient client = new RelayClient(relay, "phone/1")) {
            BearerToken bearer = success(client.signIn(keys.master(), RANDOM));
            byte[] sealed = success(new Attachments(client, () -> bearer).download(id, ref));
            return Blob.open(sealed, blobKey(id));
        }
    }

    /// As the app does: stores a file and tells of it.
    void attach(SessionId id, String name, String mimeType, byte[] bytes)
            throws InterruptedException {
        try (RelayClient client = new RelayClient(relay, "phone/1")) {
            BearerToken bearer = success(client.signIn(keys.master(), RANDOM));
            byte[] sealed = Blob.seal(bytes, blobKey(id), RANDOM);
            attached(
                    id,
                    name,
                    mimeType,
                    success(new Attachments(client, () -> bearer).upload(id, "x.enc", sealed)));
        }
    }

    /// Tells of a file that the relay knows by that reference, or does not know.
    void attached(SessionId id, String name, String mimeType, String ref)
            throws InterruptedException {
        var file =
                new SessionEvent.FileAttached(
                        ref, name, 1, Optional.of(mimeType), Optional.empty());
        Stamp stamp = new Stamps(Clock.systemUTC(), RANDOM).next();
        String _ =
                account.send(
                        outbox,
                        session(id),
                        SessionMessage.attachment(stamp, file, "phone").tree());
    }

    private SymmetricKey blobKey(SessionId id) throws InterruptedException {
        return Blob.keyOf(
                DataEncryptionKey.unwrap(
                        Objects.requireNonNull(session(id).row().dataEncryptionKey()),
                        keys.contentSecretKey()));
    }

    /// Starts a session and waits for its id.
    public SessionId spawn(MachineId machine, Path directory, String agent) throws Exception {
        JsonNode answer =
                callMachine(
                        machine,
                        "spawn-happy-session",
                        Map.of(
                                "type",
                                "spawn-in-directory",
                                "directory",
                                directory.toString(),
                                "agent",
                                agent));
        if (!answer.path("type").asString("").equals("success")) {
            throw new AssertionError(answer.toString());
        }
        return new SessionId(answer.path("sessionId").asString());
    }

    OpenSession session(SessionId id) throws InterruptedException {
        OpenSession open = success(account.session(id));
        known.put(id, open);
        return open;
    }

    public ObjectNode metadata(SessionId id) throws InterruptedException {
        return session(id).metadata().orElseThrow();
    }

    public ObjectNode agentState(SessionId id) throws InterruptedException {
        return session(id).agentState().orElseThrow();
    }

    /// As the app does: asks the session's process to end.
    void archive(SessionId id) throws InterruptedException {
        var _ =
                account.update(
                        socket(),
                        session(id),
                        SessionField.METADATA,
                        metadata ->
                                metadata.put("lifecycleState", "archiveRequested")
                                        .put("archivedBy", "app"));
    }

    /// As the app does: keeps a choice with the session.
    void pick(SessionId id, String field, String value) throws InterruptedException {
        var _ =
                account.update(
                        socket(),
                        session(id),
                        SessionField.METADATA,
                        metadata -> metadata.put(field, value));
    }

    List<OpenSession> all() throws InterruptedException {
        return success(account.listSessions());
    }

    boolean isActive(SessionId id) throws InterruptedException {
        return session(id).row().active();
    }

    /// Writes to a session.
    public void write(SessionId id, String text) throws InterruptedException {
        write(id, text, JsonNodeFactory.instance.objectNode());
    }

    void write(SessionId id, String text, ObjectNode meta) throws InterruptedException {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", "user");
        message.putObject("content").put("type", "text").put("text", text);
        message.set("meta", meta.put("sentFrom", "phone"));
        OpenSession open = known.get(id);
        String _ = account.send(outbox, open == null ? session(id) : open, message);
    }

    /// All messages of the session as the relay has them.
    public List<ObjectNode> stored(SessionId id) throws InterruptedException {
        List<ObjectNode> all = new ArrayList<>();
        long seq = 0;
        OpenSession open = session(id);
        while (true) {
            MessagePage page = success(account.sessions().after(id, seq, 500));
            for (StoredMessage message : page.messages()) {
                all.add(message.open(open.encryption()).orElseThrow());
                seq = message.seq();
            }
            if (page.messages().isEmpty()) {
                return all;
            }
        }
    }

    /// The events of the agent, in order, in short: `text:hello`, `turn-end:completed`.
    public List<String> events(SessionId id) throws InterruptedException {
        return stored(id).stream().flatMap(message -> brief(message).stream()).toList();
    }

    private static Optional<String> brief(ObjectNode message) {
        JsonNode ev = message.at("/content/ev");
        String type = ev.path("t").asString("");
        return switch (type) {
            case "" -> Optional.empty();
            case "text" ->
                    Optional.of(
                            (ev.path("thinking").asBoolean(false) ? "thinking:" : "text:")
                                    + ev.path("text").asString(""));
            case "service" -> Optional.of("service:" + ev.path("text").asString(""));
            case "turn-end" -> Optional.of("turn-end:" + ev.path("status").asString(""));
            case "tool-call-start" ->
                    Optional.of(
                            "tool-start:" + ev.path("name").asString("") + " " + ev.path("args"));
            case "tool-call-end" -> Optional.of("tool-end");
            case "file" ->
                    Optional.of(
                            "file:"
                                    + ev.path("name").asString("")
                                    + " "
                                    + ev.at("/image/width")
                                    + "x"
                                    + ev.at("/image/height"));
            default -> Optional.of(type);
        };
    }

    /// Waits until the session's events are as wanted, and returns them.
    public List<String> await(SessionId id, Predicate<List<String>> wanted) {
        List<List<String>> last = new ArrayList<>(List.of(List.of()));
        try {
            Awaiting.until(
                    () -> {
                        last.set(0, events(id));
                        return wanted.test(last.getFirst());
                    });
        } catch (RuntimeException e) {
            throw new AssertionError("events: " + last.getFirst(), e);
        }
        return last.getFirst();
    }

    /// Waits for the end of the turn with this number, counted from 1.
    public List<String> awaitTurns(SessionId id, int number) {
        return await(
                id,
                events ->
                        events.stream().filter(one -> one.startsWith("turn-end")).count()
                                >= number);
    }

    /// Waits for an open question and returns its id.
    public String awaitQuestion(SessionId id) {
        String[] found = new String[1];
        Awaiting.until(
                () -> {
                    JsonNode requests = agentState(id).path("requests");
                    if (requests.isEmpty()) {
                        return false;
                    }
                    found[0] = requests.propertyNames().iterator().next();
                    return true;
                });
        return found[0];
    }

    void awaitMetadata(SessionId id, String field, String value) {
        Awaiting.until(() -> metadata(id).path(field).asString("").equals(value));
    }

    /// Text of the frames of a stream, decrypted, in their order.
    String streamed(SessionId id, String streamId) {
        EncryptedJson encryption = Objects.requireNonNull(known.get(id)).encryption();
        StringBuilder text = new StringBuilder();
        frames.stream()
                .filter(frame -> frame.path("streamId").asString("").equals(streamId))
                .sorted(Comparator.comparingLong(frame -> frame.path("n").asLong(0)))
                .forEach(
                        frame ->
                                text.append(
                                        encryption
                                                .open(frame.path("data").asString(""))
                                                .orElseThrow()
                                                .path("text")
                                                .asString("")));
        return text.toString();
    }

    List<ObjectNode> live(SessionId id) {
        return messages.getOrDefault(id, List.of());
    }

    @Override
    public void close() {
        account.close();
    }

    /// Awaitility with the patience of these tests.
    static final class Awaiting {
        private Awaiting() {}

        static void until(Callable<Boolean> condition) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptionsMatching(
                            e -> e instanceof AssertionError || e instanceof RuntimeException)
                    .until(condition);
        }
    }
}
