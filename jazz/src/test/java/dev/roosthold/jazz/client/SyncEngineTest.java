package dev.roosthold.jazz.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// Both sides of the conversation by hand.
final class SyncEngineTest {
    private final AgentSecret secret = secret();
    private final LocalNode writer =
            LocalNode.createAccount(secret, "Ada", InstantSource.system(), new SecureRandom());
    private final Node node = new Node(Identity.ofAccount(secret));
    private final List<CoId> changed = new ArrayList<>();
    private final SyncEngine engine =
            new SyncEngine(node, Runnable::run, log -> changed.add(log.id()), () -> {});

    private static AgentSecret secret() {
        byte[] seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        return AgentSecret.ofSeed(seed);
    }

    private SyncMessage push(CoId id) {
        return new SyncMessage.Push(content(id).getFirst());
    }

    private List<Content> content(CoId id) {
        return Objects.requireNonNull(writer.node().log(id)).since(KnownState.nothing(id));
    }

    private CoId map() {
        CoId id = writer.create(ValueType.MAP, writer.account());
        writer.write(id, List.of(dev.roosthold.jazz.view.Changes.set("k", Json.of(1))));
        return id;
    }

    private void hear(SyncMessage... messages) {
        engine.handle(List.of(messages), 0);
    }

    private List<SyncMessage> said() {
        return engine.next(0);
    }

    @Test
    void whatDependsOnSomethingElseWaitsForIt() {
        engine.opened(0);
        CoId map = map();
        CompletableFuture<Boolean> found = engine.want(map, true);
        assertThat(said()).containsExactly(new SyncMessage.Load(KnownState.nothing(map)));
        hear(push(map));
        assertThat(found).isNotDone();
        assertThat(said())
                .containsExactly(new SyncMessage.Load(KnownState.nothing(writer.account())));
        var account = new ArrayList<SyncMessage>();
        for (ValueLog log : writer.node().logs()) {
            if (log.header().isGroup()) {
                account.add(push(log.id()));
            }
        }
        hear(account.toArray(SyncMessage[]::new));
        assertThat(found).isCompletedWithValue(true);
        assertThat(changed).contains(map, writer.account());
        assertThat(said())
                .contains(
                        new SyncMessage.Known(
                                Objects.requireNonNull(writer.node().log(map)).known(), false));
    }

    @Test
    void aValueInPiecesIsReadyWithTheLast() {
        engine.opened(0);
        CoId feed = writer.create(ValueType.FEED, writer.account());
        for (int i = 0; i < 5; i++) {
            writer.write(feed, List.of(Json.of("x".repeat(60_000))));
        }
        List<Content> pieces = content(feed);
        assertThat(pieces.size()).isGreaterThan(1);
        hear(push(writer.account()));
        CompletableFuture<Boolean> found = engine.want(feed, true);
        for (Content piece : pieces.subList(0, pieces.size() - 1)) {
            hear(new SyncMessage.Push(piece));
            assertThat(found).isNotDone();
        }
        hear(new SyncMessage.Push(pieces.getLast()));
        assertThat(found).isCompletedWithValue(true);
    }

    /// Who only reads has sent nothing that the relay could be silent about. It made a new
    /// connection after half a minute.
    @Test
    void piecesThatComeTogetherLeaveNothingToBeConfirmed() {
        engine.opened(0);
        CoId feed = writer.create(ValueType.FEED, writer.account());
        for (int i = 0; i < 5; i++) {
            writer.write(feed, List.of(Json.of("x".repeat(60_000))));
        }
        List<Content> pieces = content(feed);
        assertThat(pieces.size()).isGreaterThan(1);
        hear(push(writer.account()));
        CompletableFuture<Boolean> found = engine.want(feed, true);
        hear(pieces.stream().map(SyncMessage.Push::new).toArray(SyncMessage[]::new));
        assertThat(found).isCompletedWithValue(true);
        while (!said().isEmpty()) {
            // sent
        }
        assertThat(engine.tick(SyncEngine.CONFIRM_MS)).isFalse();
    }

    @Test
    void whatWasOnItsWayIsNoAnswerToAQuestion() {
        engine.opened(0);
        CoId feed = writer.create(ValueType.FEED, writer.account());
        hear(push(writer.account()), push(feed));
        said();
        var log = Objects.requireNonNull(writer.node().log(feed));
        KnownState before = log.known();
        writer.write(feed, List.of(Json.of("a")));
        SyncMessage first = new SyncMessage.Push(log.since(before).getFirst());
        KnownState between = log.known();
        writer.write(feed, List.of(Json.of("b")));
        SyncMessage second = new SyncMessage.Push(log.since(between).getFirst());
        CompletableFuture<Boolean> all = engine.ask(feed);
        hear(first);
        assertThat(all).isNotDone();
        hear(new SyncMessage.Known(log.known(), false));
        assertThat(all).isNotDone();
        hear(second);
        assertThat(all).isCompletedWithValue(true);
        CompletableFuture<Boolean> again = engine.ask(feed);
        hear(new SyncMessage.Known(log.known(), false));
        assertThat(again).isCompletedWithValue(true);
    }

    @Test
    void aGapIsCorrected() {
        engine.opened(0);
        CoId feed = writer.create(ValueType.FEED, writer.account());
        writer.write(feed, List.of(Json.of("a")));
        KnownState first = Objects.requireNonNull(writer.node().log(feed)).known();
        hear(push(writer.account()), push(feed));
        said();
        writer.write(feed, List.of(Json.of("b")));
        KnownState second = Objects.requireNonNull(writer.node().log(feed)).known();
        writer.write(feed, List.of(Json.of("c")));
        var log = Objects.requireNonNull(writer.node().log(feed));
        hear(new SyncMessage.Push(log.since(second).getFirst()));
        assertThat(said()).containsExactly(new SyncMessage.Known(first, true));
        CoId other = map();
        hear(
                new SyncMessage.Push(
                        Objects.requireNonNull(writer.node().log(other))
                                .since(new KnownState(other, true, Map.of()))
                                .getFirst()));
        assertThat(said()).containsExactly(new SyncMessage.Known(KnownState.nothing(other), true));
    }

    @Test
    void onlyWhatTheRelayConfirmsCountsAsSent() {
        Fixture ours = new Fixture();
        ours.engine.opened(0);
        ours.engine.next(0);
        CoId feed = ours.local.create(ValueType.FEED, ours.local.account());
        ours.local.write(feed, List.of(Json.of("a")));
        ours.answerAll();
        CompletableFuture<Void> synced = ours.engine.synced(null);
        List<SyncMessage> sent = ours.engine.next(0);
        assertThat(sent).hasOnlyElementsOfType(SyncMessage.Push.class);
        assertThat(synced).isNotDone();
        ValueLog log = Objects.requireNonNull(ours.node.log(feed));
        for (ValueLog one : ours.node.logs()) {
            ours.engine.handle(List.of(new SyncMessage.Known(one.known(), false)), 1);
        }
        assertThat(synced).isCompleted();
        // Then it loses the last transaction and says so.
        ours.local.write(feed, List.of(Json.of("b")));
        assertThat(ours.engine.next(0)).hasSize(1);
        SessionId session = log.sessions().iterator().next().id();
        var less = new KnownState(feed, true, Map.of(session, 1));
        ours.engine.handle(List.of(new SyncMessage.Known(less, true)), 2);
        assertThat(ours.engine.next(0))
                .isEqualTo(List.of(new SyncMessage.Push(log.since(less).getFirst())));
        assertThat(ours.engine.synced(feed)).isNotDone();
    }

    @Test
    void silenceAboutAWriteMakesANewConnectionAndThenAnError() {
        Fixture ours = new Fixture();
        ours.engine.opened(0);
        ours.engine.next(0);
        ours.answerAll();
        CompletableFuture<Void> synced = ours.engine.synced(null);
        long now = 0;
        for (int connection = 0; connection < 2; connection++) {
            while (!ours.engine.next(now).isEmpty()) {
                // sent
            }
            assertThat(ours.engine.tick(now + SyncEngine.CONFIRM_MS - 1)).isFalse();
            now += SyncEngine.CONFIRM_MS;
            boolean again = ours.engine.tick(now);
            assertThat(again).isEqualTo(connection == 0);
            if (again) {
                ours.engine.closed();
                ours.engine.opened(now);
                ours.engine.next(now);
                ours.answerAll();
            }
        }
        assertThatThrownBy(synced::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(WriteRefusedException.class);
    }

    @Test
    void aSlowRelayIsNotASilentOne() {
        Fixture ours = new Fixture();
        ours.engine.opened(0);
        ours.engine.next(0);
        ours.answerAll();
        var sent = new ArrayList<CoId>();
        for (int i = 0; i < 20; i++) {
            CoId feed = ours.local.create(ValueType.FEED, ours.local.account());
            ours.local.write(feed, List.of(Json.of(i)));
            sent.add(feed);
        }
        while (!ours.engine.next(0).isEmpty()) {
            // sent
        }
        for (ValueLog log : ours.node.logs()) {
            if (!sent.contains(log.id())) {
                ours.engine.handle(List.of(new SyncMessage.Known(log.known(), false)), 1);
            }
        }
        // One answer in ten seconds, in order.
        long now = 0;
        for (CoId id : sent) {
            now += 10_000;
            ours.engine.handle(
                    List.of(
                            new SyncMessage.Known(
                                    Objects.requireNonNull(ours.node.log(id)).known(), false)),
                    now);
            assertThat(ours.engine.tick(now)).isFalse();
        }
        // One that is passed over.
        CoId lost = sent.getFirst();
        ours.local.write(lost, List.of(Json.of("lost")));
        ours.engine.next(now);
        CoId later = sent.getLast();
        ours.local.write(later, List.of(Json.of("later")));
        ours.engine.next(now + 10_000);
        now += 31_000;
        ours.engine.handle(
                List.of(
                        new SyncMessage.Known(
                                Objects.requireNonNull(ours.node.log(later)).known(), false)),
                now);
        assertThat(ours.engine.tick(now)).isTrue();
    }

    @Test
    void aFloodOfValuesThatNobodyAskedForEnds() {
        engine.opened(0);
        engine.limitUnasked(2_500_000);
        hear(push(writer.account()));
        String text = "x".repeat(10_000);
        int taken = 0;
        // Pieces with a wrong signature are as large as others, and need not be signed here.
        for (int i = 0; i < 300; i++) {
            CoId id = writer.create(ValueType.FEED, writer.account());
            var header = Objects.requireNonNull(writer.node().log(id)).header();
            var piece =
                    new SessionContent(
                            0,
                            List.of(new Transaction.Trusting(1, text, null)),
                            Signature.of(new byte[64]));
            hear(
                    new SyncMessage.Push(
                            new Content(
                                    id, header, 3, Map.of(writer.sessionIn(id), piece), Map.of())));
            taken += node.log(id) == null ? 0 : 1;
        }
        assertThat(taken).isBetween(200, 250);
        CoId wanted = map();
        CompletableFuture<Boolean> found = engine.want(wanted, true);
        hear(push(wanted));
        assertThat(found).isCompletedWithValue(true);
    }

    @Test
    void whatRefersComesAfterWhatItRefersTo() {
        Fixture ours = new Fixture();
        ours.engine.opened(0);
        ours.engine.next(0);
        ours.answerAll();
        while (!ours.engine.next(0).isEmpty()) {
            // sent
        }
        CoId feed = ours.local.create(ValueType.FEED, ours.local.account());
        CoId last = feed;
        for (int i = 0; i < 3; i++) {
            last = ours.local.create(ValueType.FEED, ours.local.account());
            ours.local.write(last, List.of(Json.of(i)));
            ours.local.write(feed, List.of(last.json()));
        }
        List<SyncMessage> sent = ours.engine.next(0);
        assertThat(sent).hasSize(4);
        assertThat(((SyncMessage.Push) sent.getLast()).content().id()).isEqualTo(feed);
    }

    @Test
    void notMoreThanAThousandLoadsAreUnderWay() {
        engine.opened(0);
        for (int i = 0; i < 1500; i++) {
            var _ = engine.want(Jazz.uniqueId(ValueType.MAP, writer.account(), "v" + i), false);
        }
        var loads = new ArrayList<SyncMessage>();
        for (var next = said(); !next.isEmpty(); next = said()) {
            loads.addAll(next);
        }
        assertThat(loads).hasSize(SyncEngine.LOADS_IN_FLIGHT);
        CoId first = ((SyncMessage.Load) loads.getFirst()).known().id();
        hear(new SyncMessage.Known(KnownState.nothing(first), false));
        assertThat(said()).hasSize(1);
        engine.tick(SyncEngine.LOAD_TIME_MS);
        for (var next = said(); !next.isEmpty(); next = said()) {
            loads.addAll(next);
        }
        assertThat(loads).hasSize(1499);
    }

    @Test
    void whatIsNotThereIsAskedForOnceMore() {
        engine.opened(0);
        CoId map = map();
        CompletableFuture<Boolean> found = engine.want(map, true);
        assertThat(said()).hasSize(1);
        hear(new SyncMessage.Known(KnownState.nothing(map), false));
        assertThat(found).isNotDone();
        engine.tick(SyncEngine.RETRY_MS - 1);
        assertThat(said()).isEmpty();
        engine.tick(SyncEngine.RETRY_MS);
        assertThat(said()).hasSize(1);
        hear(new SyncMessage.Known(KnownState.nothing(map), false));
        assertThat(found).isCompletedWithValue(false);
    }

    @Test
    void groupsGoBeforeTheRest() {
        Fixture ours = new Fixture();
        ours.engine.opened(0);
        ours.engine.next(0);
        ours.answerAll();
        CoId feed = ours.local.create(ValueType.FEED, ours.local.account());
        ours.local.write(feed, List.of(Json.of("a")));
        ours.local.createGroup();
        var priorities = new ArrayList<Integer>();
        for (var next = ours.engine.next(0); !next.isEmpty(); next = ours.engine.next(0)) {
            for (SyncMessage message : next) {
                priorities.add(((SyncMessage.Push) message).content().priority());
            }
        }
        assertThat(priorities).isSorted().contains(0, 3);
    }

    /// An engine on a node that writes.
    private static final class Fixture {
        final LocalNode local;
        final Node node;
        final SyncEngine engine;

        Fixture() {
            Identity me = Identity.ofAccount(secret());
            node = new Node(me);
            local = new LocalNode(node, me, InstantSource.system(), new SecureRandom());
            engine = new SyncEngine(node, Runnable::run, _ -> {}, () -> {});
            local.onWrite(engine::wrote);
            local.createAccount("Ada");
        }

        /// The relay has none of what is here.
        void answerAll() {
            for (ValueLog log : List.copyOf(node.logs())) {
                engine.handle(
                        List.of(new SyncMessage.Known(KnownState.nothing(log.id()), false)), 0);
            }
        }
    }
}
