package dev.roosthold.client.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.Link;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.overview.LiveState;
import dev.roosthold.client.overview.Overview;
import dev.roosthold.client.overview.SessionOverview;
import dev.roosthold.client.rig.Line;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.client.rpc.RpcHandlers;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.messages.SessionEvent.TurnStatus;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.messages.Stamp;
import dev.roosthold.protocol.messages.Stamps;
import dev.roosthold.protocol.methods.SessionMethods;
import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.SessionMetadata;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A session's process and somebody who looks on, through a real relay.
@Timeout(60)
class LiveSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final FeedListener DEAF =
            new FeedListener() {
                @Override
                public void update(Update update) {}

                @Override
                public boolean reread() {
                    return true;
                }
            };

    @TempDir Path folder;
    private final Stamps stamps = new Stamps(Clock.systemUTC(), RelayRig.RANDOM);
    private final List<LiveSessionListener.Gone> gone = new CopyOnWriteArrayList<>();
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private RelayRig relay;
    private Line line;
    private Account agent;
    private Account person;
    private OpenSession session;
    private Link process;
    private Outbox agentOutbox;
    private @Nullable LiveSession following;

    @BeforeEach
    void start() throws Exception {
        MasterSecret secret = MasterSecret.random(RelayRig.RANDOM);
        relay = new RelayRig(folder.resolve("relay"));
        line = new Line(relay.port());
        agent = RelayRig.account(relay.address(), secret);
        person = RelayRig.account(line.address(), secret);
        ObjectNode metadata = SessionMetadata.of("/work", "box").tree();
        session = RelayRig.success(agent.createSession("tag", metadata));
        agentOutbox = agent.outbox(folder.resolve("a"), OutboxLimits.USUAL, OutboxListener.NONE);
        process = agent.connectSession(session.id(), Cursor.inMemory(), DEAF, LinkListener.NONE);
        RpcHandlers methods = new RpcHandlers(session.id().value(), session.encryption());
        methods.offer(
                "permission",
                params -> {
                    answers.add(params);
                    return JSON.nullNode();
                });
        process.serve(methods);
        await().until(methods::isRegistered);
    }

    private LiveSession live() {
        return Objects.requireNonNull(following);
    }

    private void follow() throws InterruptedException {
        OpenSession row = RelayRig.success(person.session(session.id()));
        following =
                new LiveSession(
                        person,
                        row,
                        100,
                        new LiveSessionListener() {
                            @Override
                            public void changed() {}

                            @Override
                            public void gone(Gone why) {
                                gone.add(why);
                            }
                        });
        assertThat(live().awaitConnection(PATIENCE)).isTrue();
    }

    @AfterEach
    void stop() {
        person.close();
        agent.close();
        line.close();
        relay.close();
    }

    private RelaySocket socket() throws InterruptedException {
        return process.awaitSocket(PATIENCE).orElseThrow();
    }

    private void store(SessionMessage message) {
        agent.send(agentOutbox, session, message.tree());
    }

    private List<String> texts() {
        return live().view().conversation().entries().stream()
                .filter(Entry.Words.class::isInstance)
                .map(entry -> ((Entry.Words) entry).text())
                .toList();
    }

    private void stream(String id, long n, String text) throws InterruptedException {
        ObjectNode frame = JSON.objectNode().put("t", "text").put("turn", "t1").put("text", text);
        ObjectNode event = JSON.objectNode();
        event.put("sid", session.id().value()).put("streamId", id).put("n", n);
        event.put("data", session.encryption().seal(frame));
        socket().emit("session-stream", event);
    }

    private Stamp stamp() {
        return stamps.next().inTurn("t1");
    }

    @Test
    void historyAndWhatFollowsAreSeenAndWordsAreHeardBeforeTheyAreStored() throws Exception {
        store(SessionMessage.fromPerson("before", "test"));
        assertThat(agentOutbox.flush(PATIENCE)).isTrue();
        follow();
        await().until(() -> texts().equals(List.of("before")));
        Outbox outbox = person.outbox(folder.resolve("p"), OutboxLimits.USUAL, OutboxListener.NONE);
        live().say(outbox, "hello");
        await().until(() -> texts().equals(List.of("before", "hello")));

        store(SessionMessage.turnStart(stamp()));
        await().until(() -> live().view().isWorking());
        stream("s1", 0, "Good ");
        stream("s1", 1, "morning");
        await().until(
                        () ->
                                live().view().live().stream()
                                        .anyMatch(text -> text.text().equals("Good morning")));
        store(SessionMessage.text(stamp(), "Good morning!").endingStream("s1"));
        await().until(() -> texts().contains("Good morning!"));
        assertThat(live().view().live()).isEmpty();
        stream("s1", 2, "late");
        store(SessionMessage.turnEnd(stamp(), TurnStatus.COMPLETED));
        await().until(() -> !live().view().isWorking());
        assertThat(live().view().live()).isEmpty();
    }

    @Test
    void questionIsSeenAnsweredAndGone() throws Exception {
        follow();
        AgentState.Question question =
                new AgentState.Question("Bash", JSON.objectNode().put("command", "ls"), 1);
        agent.update(
                socket(),
                session,
                SessionField.AGENT_STATE,
                state -> AgentState.read(state).asking("q1", question).tree());
        await().until(() -> live().view().isWaiting());
        assertThat(live().view().agentState().requests()).containsEntry("q1", question);
        assertThat(overview().state()).isEqualTo(LiveState.WAITING);

        RpcResult result =
                live().answer(SessionMethods.Permission.approve("q1")).get(10, TimeUnit.SECONDS);
        assertThat(result).isInstanceOf(RpcResult.Answered.class);
        assertThat(answers.take().path("approved").asBoolean()).isTrue();
    }

    private SessionOverview overview() throws InterruptedException {
        return RelayRig.success(new Overview(person).sessions(Overview.Progress.NONE)).getFirst();
    }

    @Test
    void nothingIsMissedWhenTheConnectionBreaks() throws Exception {
        follow();
        store(SessionMessage.turnStart(stamp()));
        stream("s1", 0, "half");
        await().until(() -> !live().view().live().isEmpty());
        for (int n = 0; n < 20; n++) {
            if (n % 5 == 2) {
                line.cut();
            }
            store(SessionMessage.text(stamp(), "line " + n));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> texts().size() == 20);
        assertThat(texts()).doesNotHaveDuplicates().startsWith("line 0").endsWith("line 19");
        assertThat(live().view().live()).isEmpty();
    }

    @Test
    void stateInListsFollowsTheSession() throws Exception {
        await().until(() -> overview().state() == LiveState.IDLE);
        assertThat(overview().directory()).contains("/work");
        store(SessionMessage.turnStart(stamp()));
        await().until(() -> overview().state() == LiveState.WORKING);
        store(SessionMessage.turnEnd(stamp(), TurnStatus.COMPLETED));
        await().until(() -> overview().state() == LiveState.IDLE);
        agent.update(
                socket(),
                session,
                SessionField.METADATA,
                metadata -> SessionMetadata.read(metadata).archived(1, "cli", "done").tree());
        await().until(() -> overview().state() == LiveState.ENDED);
    }

    @Test
    void prefixOfAnIdNamesOneSession() throws Exception {
        Overview overview = new Overview(person);
        String id = session.id().value();
        assertThat(RelayRig.success(overview.find(id)))
                .isEqualTo(new Overview.Match.One(session.id()));
        assertThat(RelayRig.success(overview.find(id.substring(0, 5))))
                .isEqualTo(new Overview.Match.One(session.id()));
        assertThat(RelayRig.success(overview.find("zz"))).isEqualTo(new Overview.Match.None());
        agent.createSession("other", SessionMetadata.of("/x", "box").tree());
        assertThat(RelayRig.success(overview.find(id.substring(0, 1))))
                .isInstanceOf(Overview.Match.Several.class);
    }

    @Test
    void deletedSessionIsSaidToBeGone() throws Exception {
        follow();
        await().until(() -> live().view().active());
        agent.sessions().delete(session.id());
        await().until(() -> gone.contains(LiveSessionListener.Gone.DELETED));
    }
}
