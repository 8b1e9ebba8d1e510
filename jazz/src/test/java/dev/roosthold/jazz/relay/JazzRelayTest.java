package dev.roosthold.jazz.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class JazzRelayTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir Path folder;
    private JazzRelay relay;
    private Identity me;
    private LocalNode ada;
    private CoId feed;

    @BeforeEach
    void start() throws IOException {
        relay = open(RelayLimits.usual());
        byte[] seed = new byte[32];
        RANDOM.nextBytes(seed);
        me = Identity.ofAccount(AgentSecret.ofSeed(seed));
        ada = LocalNode.createAccount(me.secret(), "Ada", InstantSource.system(), RANDOM);
        feed = ada.create(ValueType.FEED, ada.createGroup());
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private JazzRelay open(RelayLimits limits) throws IOException {
        return JazzRelay.open(folder.resolve("jazz.db"), limits, RelayListener.NONE);
    }

    private static LocalNode person() {
        byte[] seed = new byte[32];
        RANDOM.nextBytes(seed);
        return LocalNode.createAccount(
                AgentSecret.ofSeed(seed), "Somebody", InstantSource.system(), RANDOM);
    }

    private static List<Content> all(LocalNode person) {
        var contents = new ArrayList<Content>();
        for (ValueLog log : person.node().logs()) {
            contents.addAll(log.since(KnownState.nothing(log.id())));
        }
        return contents;
    }

    private ValueLog log(CoId id) {
        return Objects.requireNonNull(ada.node().log(id));
    }

    private Content adds(String text) {
        KnownState before = log(feed).known();
        ada.write(feed, List.of(Json.of(text)));
        return log(feed).since(before).getFirst();
    }

    @Test
    void aWrongSignatureCostsItsPartAndNothingElse() {
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        Content good = adds("one");
        Content next = adds("two");
        Content forged = withSignature(next, good.sessions().values().iterator().next());
        laptop.brings(List.of(good, forged)).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(1);
        laptop.forgets();
        laptop.loads(feed).settled();
        assertThat(laptop.contents(feed)).hasSize(1);
        laptop.brings(List.of(next)).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(2);
        assertThat(laptop.closed()).isZero();
    }

    @Test
    void aBadSessionDoesNotTakeAGoodOneWithIt() {
        var second = new LocalNode(ada.node(), me, InstantSource.system(), RANDOM);
        ada.write(feed, List.of(Json.of("mine")));
        second.write(feed, List.of(Json.of("also mine")));
        Wire laptop = Wire.to(relay).brings(withoutFeed()).settled();
        Content both = log(feed).since(KnownState.nothing(feed)).getFirst();
        assertThat(both.sessions()).hasSize(2);
        var sessions = new LinkedHashMap<>(both.sessions());
        SessionId first = sessions.keySet().iterator().next();
        SessionContent piece = Objects.requireNonNull(sessions.get(first));
        sessions.put(
                first,
                new SessionContent(
                        0, piece.transactions(), new Signature("signature_z" + "1".repeat(64))));
        laptop.brings(List.of(new Content(feed, both.header(), 3, sessions, Map.of()))).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(1);
    }

    private List<Content> withoutFeed() {
        return all(ada).stream().filter(content -> !content.id().equals(feed)).toList();
    }

    /// The id of a session is not signed: whoever has a signed session can say it under others.
    @Test
    void sessionsWithNamesThatNobodyHasAreNotTakenIn() {
        adds("one");
        Wire laptop = Wire.to(relay).brings(withoutFeed()).settled();
        String content =
                SyncCodec.write(
                        new SyncMessage.Push(log(feed).since(KnownState.nothing(feed)).getFirst()));
        for (String suffix :
                List.of("z\\ud800", "z\\udc01", "z\\u0000", "z\\n", "z \\\"", "z\u00e9")) {
            laptop.says(
                    content.replaceAll(
                            "_session_z[1-9A-Za-z]+",
                            Matcher.quoteReplacement("_session_" + suffix)));
        }
        laptop.settled();
        assertThat(laptop.closed()).isZero();
        assertThat(count(laptop.known(feed))).isZero();
        laptop.says(content).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(1);
    }

    @Test
    void contentWaitsForWhatAnotherPeerBrings() {
        Content item = adds("early");
        List<Content> needs = withoutFeed();
        Wire early = Wire.to(relay);
        early.brings(log(feed).since(KnownState.nothing(feed))).settled();
        assertThat(item).isNotNull();
        assertThat(early.known(feed)).isNull();
        assertThat(early.heard())
                .hasSizeGreaterThan(1)
                .allMatch(SyncMessage.Load.class::isInstance);
        Wire late = Wire.to(relay).brings(needs).settled();
        early.awaits(wire -> count(wire.known(feed)) == 1);
        assertThat(late.closed()).isZero();
    }

    /// A client that sends on while the relay asks for what the first piece needs must not be told
    /// to begin anew: it would send everything again for each piece.
    @Test
    void whatFollowsWaitingContentWaitsBehindIt() {
        List<Content> needs = withoutFeed();
        List<Content> pieces = log(feed).since(KnownState.nothing(feed));
        Wire early = Wire.to(relay).brings(pieces);
        early.brings(List.of(adds("one"), adds("two"), adds("three"))).settled();
        assertThat(early.heard()).isNotEmpty().allMatch(SyncMessage.Load.class::isInstance);
        early.brings(needs).settled();
        assertThat(count(early.known(feed))).isEqualTo(3);
        assertThat(early.corrections(feed)).isZero();
    }

    /// Whoever is told to begin anew has sent more by then, which lacks the same.
    @Test
    void aGapIsCorrectedOnceUntilSomethingFits() {
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        List<Content> pieces =
                List.of(adds("one"), adds("two"), adds("three"), adds("four"), adds("five"));
        laptop.brings(pieces.subList(1, 4)).settled();
        assertThat(laptop.corrections(feed)).isEqualTo(1);
        laptop.brings(pieces.subList(0, 2)).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(2);
        laptop.brings(pieces.subList(3, 5)).settled();
        assertThat(laptop.corrections(feed)).isEqualTo(2);
        laptop.brings(pieces.subList(2, 5)).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(5);
    }

    @Test
    void whoDoesNotBeginAnewIsToldAgainAfterAWhile() throws Exception {
        relay.close();
        relay = open(RelayLimits.usual().withWaiting(1 << 20, Duration.ofMillis(50)));
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        adds("one");
        Content second = adds("two");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> laptop.brings(List.of(second)).settled().corrections(feed) > 1);
    }

    @Test
    void contentWhoseNeedsDoNotComeIsGivenUp() throws Exception {
        relay.close();
        var refused = new AtomicInteger();
        relay =
                JazzRelay.open(
                        folder.resolve("jazz.db"),
                        RelayLimits.usual().withWaiting(1 << 20, Duration.ofMillis(100)),
                        new RelayListener() {
                            @Override
                            public void refused(Refusal why) {
                                assertThat(why).isEqualTo(Refusal.UNRESOLVED);
                                refused.incrementAndGet();
                            }
                        });
        adds("lonely");
        Wire early = Wire.to(relay);
        early.brings(log(feed).since(KnownState.nothing(feed))).settled();
        await().atMost(Duration.ofSeconds(10)).until(() -> refused.get() == 1);
        Wire late = Wire.to(relay);
        late.brings(withoutFeed()).settled();
        assertThat(early.settled().known(feed)).isNull();
        early.brings(log(feed).since(KnownState.nothing(feed))).settled();
        assertThat(count(early.known(feed))).isEqualTo(1);
    }

    @Test
    void aFullSpaceTakesNothingMoreAndSaysWhatItHas() throws Exception {
        relay.close();
        relay = open(RelayLimits.usual().withSpaceBytes(20_000));
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        int taken = 0;
        for (int i = 0; i < 40; i++) {
            laptop.brings(List.of(adds("x".repeat(1_000)))).settled();
            taken = count(laptop.known(feed));
        }
        assertThat(taken).isBetween(3, 19);
        assertThat(laptop.closed()).isZero();
        Wire other = Wire.to(relay, "another").brings(all(person())).settled();
        assertThat(other.heard()).allMatch(SyncMessage.Known.class::isInstance);
    }

    @Test
    void accountsInEachOthersGroupsComeIn() {
        LocalNode bob = person();
        // Ada's account names Bob's and the other way round: neither can be first.
        for (Content content : all(bob)) {
            ada.node().receive(content);
        }
        for (Content content : all(ada)) {
            bob.node().receive(content);
        }
        ada.editGroup(ada.account()).add(bob.account(), Role.READER);
        bob.editGroup(bob.account()).add(ada.account(), Role.READER);
        Content first = account(ada);
        Content second = account(bob);
        Wire wire = Wire.to(relay).brings(List.of(first, second)).settled();
        assertThat(count(wire.known(ada.account()))).isEqualTo(size(first));
        assertThat(count(wire.known(bob.account()))).isEqualTo(size(second));
        Wire fresh = Wire.to(relay).loads(ada.account()).settled();
        assertThat(fresh.contents(ada.account())).hasSize(1);
        assertThat(fresh.contents(bob.account())).hasSize(1);
    }

    private static Content account(LocalNode person) {
        return Objects.requireNonNull(person.node().log(person.account()))
                .since(KnownState.nothing(person.account()))
                .getFirst();
    }

    private static int size(Content content) {
        return content.sessions().values().stream().mapToInt(s -> s.transactions().size()).sum();
    }

    @Test
    void aPeerThatTakesNothingIsGivenEverythingInOneMessageLater() {
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        Wire phone = Wire.to(relay).loads(feed).settled();
        phone.forgets();
        phone.congests(true);
        long before = phone.characters();
        for (int i = 0; i < 500; i++) {
            laptop.brings(List.of(adds("item " + i)));
        }
        laptop.settled();
        assertThat(phone.characters()).isEqualTo(before);
        phone.congests(false);
        phone.awaits(wire -> !wire.contents(feed).isEmpty());
        assertThat(phone.contents(feed)).hasSize(1);
        assertThat(size(phone.contents(feed).getFirst())).isEqualTo(500);
    }

    /// Heads that left the cache are read again, with their hashes.
    @Test
    void aSmallCacheChangesNothing() throws Exception {
        relay.close();
        relay = open(RelayLimits.usual().withCache(1));
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        for (int i = 0; i < 30; i++) {
            laptop.brings(List.of(adds("item " + i)));
            if (i % 7 == 0) {
                laptop.brings(all(person())).settled();
            }
        }
        laptop.settled();
        assertThat(count(laptop.known(feed))).isEqualTo(30);
        Wire phone = Wire.to(relay).says(new SyncMessage.Load(partly(11))).settled();
        Content rest = phone.contents(feed).getFirst();
        assertThat(rest.header()).isNull();
        assertThat(rest.sessions().values().iterator().next())
                .isEqualTo(log(feed).sessions().iterator().next().from(11));
    }

    private KnownState partly(int count) {
        return new KnownState(
                feed, true, Map.of(log(feed).sessions().iterator().next().id(), count));
    }

    @Test
    void transactionsThatCameTogetherCanBeAskedForFromTheMiddle() {
        for (int i = 0; i < 20; i++) {
            adds("item \"" + i + "\" \u00e9\n");
        }
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        assertThat(count(laptop.known(feed))).isEqualTo(20);
        Wire phone = Wire.to(relay).says(new SyncMessage.Load(partly(13))).settled();
        assertThat(phone.contents(feed).getFirst().sessions().values().iterator().next())
                .isEqualTo(log(feed).sessions().iterator().next().from(13));
    }

    @Test
    void aDiskThatRefusesIsNotAcknowledgedAndLaterEverythingWorks() throws Exception {
        Wire laptop = Wire.to(relay).brings(all(ada)).settled();
        Content item = adds("kept?");
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("jazz.db"));
                var statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            laptop.brings(List.of(item));
            laptop.awaits(wire -> wire.closed() == Link.FAILED);
            assertThat(relay.lastCommitStored()).isFalse();
            statement.execute("ROLLBACK");
        }
        assertThat(count(laptop.known(feed))).isZero();
        await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> {
                            Wire again = Wire.to(relay).brings(List.of(item)).settled();
                            return count(again.known(feed)) == 1;
                        });
        assertThat(relay.lastCommitStored()).isTrue();
    }

    @Test
    void aDeletedSpaceIsGoneAndTheOthersStay() throws Exception {
        adds("here");
        Wire mine = Wire.to(relay, "mine").brings(all(ada)).settled();
        Wire other = Wire.to(relay, "other").brings(all(ada)).settled();
        assertThat(relay.spaces().get(5, TimeUnit.SECONDS)).contains("mine", "other");
        var _ = relay.deleteSpace("mine").get(20, TimeUnit.SECONDS);
        assertThat(mine.closed()).isEqualTo(Link.POLICY);
        assertThat(relay.spaces().get(5, TimeUnit.SECONDS)).doesNotContain("mine");
        Wire again = Wire.to(relay, "mine").loads(feed).settled();
        assertThat(Objects.requireNonNull(again.known(feed)).header()).isFalse();
        other.forgets();
        other.loads(feed).settled();
        assertThat(count(other.known(feed)) + other.contents(feed).size()).isEqualTo(1);
    }

    @Test
    void aConnectionFollowsABoundedNumberOfValues() throws Exception {
        relay.close();
        relay = open(RelayLimits.usual().withValuesPerPeer(50));
        Wire greedy = Wire.to(relay);
        for (int i = 0; i < 200; i++) {
            greedy.loads(new CoId("co_zMadeUp" + i));
        }
        greedy.settled();
        assertThat(greedy.closed()).isEqualTo(Link.POLICY);
        greedy.awaits(_ -> relay.followed() == 0);
        assertThat(relay.connections()).isZero();
    }

    private static Content withSignature(Content content, SessionContent other) {
        var sessions = new LinkedHashMap<SessionId, SessionContent>();
        content.sessions()
                .forEach(
                        (id, piece) ->
                                sessions.put(
                                        id,
                                        new SessionContent(
                                                piece.after(),
                                                piece.transactions(),
                                                other.lastSignature())));
        return new Content(content.id(), content.header(), 3, sessions, Map.of());
    }

    private static int count(@Nullable KnownState known) {
        return known == null ? 0 : known.sessions().values().stream().mapToInt(n -> n).sum();
    }
}
