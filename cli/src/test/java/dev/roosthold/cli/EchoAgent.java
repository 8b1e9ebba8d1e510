package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelayAddress;
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
import dev.roosthold.client.network.Network;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.rpc.RpcHandlers;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import dev.roosthold.protocol.messages.Stamps;
import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.SessionMetadata;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The process of a session, which says back what it is told. `fail` makes its turn fail.
final class EchoAgent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final SecureRandom RANDOM = new SecureRandom();

    /// What was answered.
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    /// Runs when something was heard and before it is answered.
    volatile Runnable beforeAnswer = () -> {};

    final BlockingQueue<JsonNode> permissions = new LinkedBlockingQueue<>();
    final BlockingQueue<JsonNode> aborts = new LinkedBlockingQueue<>();

    private final CountDownLatch listening = new CountDownLatch(1);
    private final Stamps stamps = new Stamps(Clock.systemUTC(), RANDOM);
    private final Account account;
    private final OpenSession session;
    private final Outbox outbox;
    private final Link link;

    EchoAgent(RelayAddress relay, MasterSecret secret, String title, Path directory)
            throws InterruptedException {
        AccountOptions options = AccountOptions.usual("agent/1").withNetwork(Network.direct());
        account = success(Account.signIn(relay, secret, options));
        SessionMetadata metadata =
                SessionMetadata.of("/code/" + title, "box")
                        .withFlavor("echo")
                        .withSummary(new SessionMetadata.Summary(title, 1));
        session = success(account.createSession("tag-" + title, metadata.tree()));
        outbox = account.outbox(directory, OutboxLimits.USUAL, OutboxListener.NONE);
        link =
                account.connectSession(
                        session.id(), Cursor.inMemory(), new Ears(), LinkListener.NONE);
        RpcHandlers methods = new RpcHandlers(session.id().value(), session.encryption());
        methods.offer("permission", params -> note(permissions, params));
        methods.offer("abort", params -> note(aborts, params));
        link.serve(methods);
        listening.await();
        await().until(methods::isRegistered);
    }

    private static JsonNode note(BlockingQueue<JsonNode> queue, JsonNode params) {
        queue.add(params);
        return JsonNodeFactory.instance.nullNode();
    }

    static <T> T success(Reply<T> reply) {
        if (reply instanceof Reply.Success<T>(T value)) {
            return value;
        }
        throw new AssertionError("not a success: " + reply);
    }

    String id() {
        return session.id().value();
    }

    Stamp stamp() {
        return stamps.next();
    }

    void write(SessionMessage message) {
        account.send(outbox, session, message.tree());
    }

    /// Words while they are made.
    void stream(String streamId, long n, String turn, String text) throws InterruptedException {
        ObjectNode frame =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("t", "text")
                        .put("turn", turn)
                        .put("text", text);
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("sid", id()).put("streamId", streamId).put("n", n);
        event.put("data", session.encryption().seal(frame));
        socket().emit("session-stream", event);
    }

    void state(UnaryOperator<AgentState> change) throws InterruptedException {
        account.update(
                socket(),
                session,
                SessionField.AGENT_STATE,
                state -> change.apply(AgentState.read(state)).tree());
    }

    void metadata(UnaryOperator<SessionMetadata> change) throws InterruptedException {
        account.update(
                socket(),
                session,
                SessionField.METADATA,
                metadata -> change.apply(SessionMetadata.read(metadata)).tree());
    }

    private RelaySocket socket() throws InterruptedException {
        return link.awaitSocket(PATIENCE).orElseThrow();
    }

    private void hear(String text) {
        beforeAnswer.run();
        String turn = stamps.id();
        write(SessionMessage.turnStart(stamp().inTurn(turn)));
        write(
                SessionMessage.toolCallStart(
                        stamp().inTurn(turn),
                        "c" + turn,
                        "Edit",
                        "a.txt",
                        "",
                        JsonObject.empty()
                                .with("file_path", "/code/a.txt")
                                .with("old_string", "one\ntwo")
                                .with("new_string", "one\nthree")));
        write(SessionMessage.toolCallEnd(stamp().inTurn(turn), "c" + turn));
        write(SessionMessage.text(stamp().inTurn(turn), "echo: " + text));
        write(
                SessionMessage.turnEnd(
                        stamp().inTurn(turn),
                        text.contains("fail") ? TurnStatus.FAILED : TurnStatus.COMPLETED));
        heard.add(text);
    }

    /// Waits until the relay has everything that was written.
    void awaitSent() throws InterruptedException {
        assertThat(outbox.flush(PATIENCE)).isTrue();
    }

    private final class Ears implements FeedListener {
        @Override
        public void update(Update update) {
            if (update.change() instanceof Change.MessageAdded added) {
                added.message()
                        .open(session.encryption())
                        .map(SessionMessage::read)
                        .ifPresent(
                                message -> {
                                    if (message instanceof SessionMessage.Person person) {
                                        hear(person.text());
                                    }
                                });
            }
        }

        @Override
        public boolean reread() {
            return true;
        }

        @Override
        public void caughtUp() {
            listening.countDown();
        }
    }

    @Override
    public void close() {
        account.close();
    }
}
