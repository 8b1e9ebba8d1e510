package dev.roosthold.client.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.Link;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Sessions and messages in both forms of keys.
@Timeout(60)
class SessionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir Path folder;
    private final MasterSecret secret = MasterSecret.random(RelayRig.RANDOM);
    private final Keyring owner = Keyring.owner(secret, RelayRig.RANDOM);
    private RelayRig relay;
    private RelayClient client;
    private BearerToken bearer;

    @BeforeEach
    void start() throws Exception {
        relay = new RelayRig(folder.resolve("relay"));
        client = new RelayClient(relay.address(), "test/1", Network.direct());
        bearer = RelayRig.success(client.signIn(secret, RelayRig.RANDOM));
    }

    @AfterEach
    void stop() {
        client.close();
        relay.close();
    }

    private Sessions sessions(Keyring keys) {
        return new Sessions(client, () -> bearer, keys);
    }

    private static ObjectNode object(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    private Optional<OpenSession> create(Keyring keys, String tag, RecordKey key)
            throws InterruptedException {
        return RelayRig.success(
                sessions(keys)
                        .create(tag, object("path", tag), Optional.of(object("a", "b")), key));
    }

    private OpenSession read(Keyring keys, SessionId id) throws InterruptedException {
        Sessions sessions = sessions(keys);
        return sessions.open(RelayRig.success(sessions.find(id))).orElseThrow();
    }

    @Test
    void sessionWithItsOwnKeyIsReadByTheOwner() throws Exception {
        OpenSession made = create(owner, "tag", owner.fresh()).orElseThrow();
        assertThat(made.row().dataEncryptionKey()).isNotNull();
        OpenSession read = read(owner, made.id());
        assertThat(read.metadata()).contains(object("path", "tag"));
        assertThat(read.agentState()).contains(object("a", "b"));
    }

    @Test
    void sessionInTheOlderFormIsReadByTheOwnerAndTheOtherWayRound() throws Exception {
        Keyring older = Keyring.legacy(secret, RelayRig.RANDOM);
        OpenSession made = create(older, "older", older.fresh()).orElseThrow();
        assertThat(made.row().dataEncryptionKey()).isNull();
        assertThat(read(owner, made.id()).metadata()).contains(object("path", "older"));
        OpenSession newer = create(owner, "newer", owner.fresh()).orElseThrow();
        assertThat(read(older, newer.id()).metadata()).contains(object("path", "newer"));
    }

    @Test
    void writerComesBackToItsSessionOnlyWithTheKeyItKept() throws Exception {
        Keyring writer = Keyring.writer(AccountKeys.of(secret).contentPublicKey(), RelayRig.RANDOM);
        RecordKey key = writer.fresh();
        OpenSession made = create(writer, "tag", key).orElseThrow();
        assertThat(read(owner, made.id()).metadata()).contains(object("path", "tag"));
        RecordKey kept = writer.of(key.key().orElseThrow());
        assertThat(create(writer, "tag", kept).orElseThrow().metadata())
                .contains(object("path", "tag"));
        assertThat(create(writer, "tag", writer.fresh())).isEmpty();
        assertThat(sessions(writer).open(made.row())).isEmpty();
    }

    @Test
    void keyOfAnotherAccountOpensNothing() throws Exception {
        OpenSession made = create(owner, "tag", owner.fresh()).orElseThrow();
        Keyring other = Keyring.owner(MasterSecret.random(RelayRig.RANDOM), RelayRig.RANDOM);
        assertThat(sessions(other).open(made.row())).isEmpty();
    }

    @Test
    void messagesAreReadInPagesFromBothEnds() throws Exception {
        OpenSession session = create(owner, "tag", owner.fresh()).orElseThrow();
        Sessions sessions = sessions(owner);
        List<Draft> drafts = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            drafts.add(new Draft("m" + i, session.encryption().seal(object("n", "" + i))));
        }
        assertThat(RelayRig.success(sessions.post(session.id(), drafts)))
                .extracting(Receipt::seq)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(RelayRig.success(sessions.post(session.id(), drafts.subList(2, 4))))
                .containsExactly(new Receipt("m3", 3), new Receipt("m4", 4));

        MessagePage first = RelayRig.success(sessions.after(session.id(), 0, 3));
        assertThat(first.hasMore()).isTrue();
        assertThat(first.messages())
                .extracting(message -> message.open(session.encryption()).orElseThrow())
                .containsExactly(object("n", "1"), object("n", "2"), object("n", "3"));
        MessagePage rest = RelayRig.success(sessions.after(session.id(), 3, 500));
        assertThat(rest.hasMore()).isFalse();
        assertThat(rest.messages()).extracting(StoredMessage::seq).containsExactly(4L, 5L, 6L, 7L);
        MessagePage last = RelayRig.success(sessions.before(session.id(), Long.MAX_VALUE, 2));
        assertThat(last.messages()).extracting(StoredMessage::seq).containsExactly(7L, 6L);
        assertThat(last.hasMore()).isTrue();
        assertThat(RelayRig.success(sessions.before(session.id(), 3, 5)).messages())
                .extracting(message -> message.localId().orElseThrow())
                .containsExactly("m2", "m1");
    }

    @Test
    void sessionsAreListedArchivedAndDeleted() throws Exception {
        OpenSession one = create(owner, "one", owner.fresh()).orElseThrow();
        OpenSession two = create(owner, "two", owner.fresh()).orElseThrow();
        Sessions sessions = sessions(owner);
        assertThat(RelayRig.success(sessions.archive(one.id()))).isTrue();
        assertThat(RelayRig.success(sessions.list()))
                .extracting(SessionRow::id)
                .containsExactlyInAnyOrder(one.id(), two.id());
        assertThat(RelayRig.success(sessions.find(one.id())).active()).isFalse();
        assertThat(RelayRig.success(sessions.delete(one.id()))).isTrue();
        assertThat(sessions.find(one.id())).isEqualTo(new Reply.Denied<>(404, "Session not found"));
        assertThat(sessions.post(one.id(), List.of(new Draft("a", "x"))))
                .isInstanceOf(Reply.Denied.class);
    }

    private static final FeedListener DEAF =
            new FeedListener() {
                @Override
                public void update(Update update) {}

                @Override
                public boolean reread() {
                    return true;
                }
            };

    @Test
    void writersOfStateThatRaceLoseNothingOfEachOther() throws Exception {
        int writers = 3;
        int writes = 8;
        try (Account account = RelayRig.account(relay.address(), secret)) {
            OpenSession session =
                    RelayRig.success(account.createSession("tag", object("future", "kept")));
            List<Callable<UpdateResult>> tasks = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                Link link = account.connect(Cursor.inMemory(), DEAF, LinkListener.NONE);
                RelaySocket socket = link.awaitSocket(PATIENCE).orElseThrow();
                for (int write = 0; write < writes; write++) {
                    String key = writer + "-" + write;
                    for (SessionField field : SessionField.values()) {
                        tasks.add(
                                () ->
                                        account.update(
                                                socket,
                                                session,
                                                field,
                                                state -> state.put(key, true)));
                    }
                }
            }
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<UpdateResult> result : threads.invokeAll(tasks)) {
                    assertThat(result.get(30, TimeUnit.SECONDS))
                            .isInstanceOf(UpdateResult.Saved.class);
                }
            }
            OpenSession now = RelayRig.success(account.session(session.id()));
            assertThat(now.metadata().orElseThrow().size()).isEqualTo(1 + writers * writes);
            assertThat(now.metadata().orElseThrow().path("future").asString()).isEqualTo("kept");
            assertThat(now.agentState().orElseThrow().size()).isEqualTo(writers * writes);
            assertThat(now.row().agentState().version()).isEqualTo(writers * writes);
        }
    }

    @Test
    void updateOfAnUnknownSessionIsMissing() throws Exception {
        try (Account account = RelayRig.account(relay.address(), secret)) {
            Link link = account.connect(Cursor.inMemory(), DEAF, LinkListener.NONE);
            RelaySocket socket = link.awaitSocket(PATIENCE).orElseThrow();
            SessionUpdater updater =
                    new SessionUpdater(
                            new SessionId("nobody"),
                            owner.fresh().encryption(),
                            RelayRig.impatient(),
                            Thread::sleep);
            for (SessionField field : SessionField.values()) {
                assertThat(
                                updater.update(
                                        socket,
                                        field,
                                        new Versioned(null, 0),
                                        state -> state.put("x", 1),
                                        PATIENCE))
                        .isEqualTo(new UpdateResult.Missing());
            }
        }
    }
}
