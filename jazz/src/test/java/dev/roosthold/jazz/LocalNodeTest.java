package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Writing as people do, and reading what others wrote, by handing content from node to node.
final class LocalNodeTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final InstantSource STOPPED =
            InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

    private static final InstantSource LATER = () -> Instant.now().plusSeconds(60);

    @Test
    void aSecondDeviceReadsEverythingWithTheSameSecret() {
        var ada = person();
        CoId group = ada.createGroup();
        CoId root = ada.create(ValueType.MAP, group);
        ada.write(root, Changes.set(Map.of("a", Json.of(1), "b", Json.of("é"))));
        ada.setInAccount("root", root);

        var second = device(ada, secret);
        send(ada, second);

        assertThat(second.node().group(ada.account()).entry("root")).isEqualTo(root.text());
        assertThat(second.node().map(root).get("a")).contains(Json.of(1));
        second.write(root, List.of(Changes.set("a", Json.of(2)), Changes.delete("b")));
        send(second, ada);
        assertThat(ada.node().map(root).entries()).isEqualTo(Map.of("a", Json.of(2)));
        assertThat(ada.node().map(root).lastEdit("b")).isPresent();
    }

    @Test
    void theProfileIsReadableForStrangers() {
        var ada = person();
        Node stranger = new Node(null);
        send(ada.node(), stranger);
        var profile = new CoId(stranger.group(ada.account()).entry("profile"));
        assertThat(stranger.map(profile).text("name")).contains("Ada");
    }

    @Test
    void aRemovedMemberReadsOnlyWhatWasWrittenBefore() {
        var ada = person();
        var bob = person();
        send(bob, ada);
        CoId group = ada.createGroup();
        CoId map = ada.create(ValueType.MAP, group);
        ada.write(map, List.of(Changes.set("k", Json.of("before"))));
        ada.editGroup(group).add(bob.account(), Role.WRITER);
        send(ada, bob);
        bob.write(map, List.of(Changes.set("bob", Json.of("was here"))));
        send(bob, ada);

        ada.removeMember(group, bob.account());
        ada.write(map, List.of(Changes.set("k", Json.of("after"))));
        send(ada, bob);
        assertThat(bob.node().map(map).text("k")).contains("before");
        assertThat(bob.node().map(map).unreadable()).isEqualTo(1);
        assertThat(ada.node().map(map).text("k")).contains("after");
        assertThat(ada.node().map(map).text("bob")).contains("was here");
        assertThat(bob.node().group(group).role(bob.account())).isNull();

        bob.writeInClear(map, List.of(Changes.set("bob", Json.of("still here?"))));
        send(bob, ada);
        assertThat(ada.node().map(map).text("bob")).contains("was here");
    }

    @Test
    void membersOfAParentReadTheChildAlsoAfterBothHaveNewKeys() {
        var ada = person();
        var bob = person();
        var eve = person();
        send(bob, ada);
        send(eve, ada);
        CoId parent = ada.createGroup();
        ada.editGroup(parent).add(bob.account(), Role.READER);
        ada.editGroup(parent).add(eve.account(), Role.READER);
        CoId child = ada.createGroup();
        ada.editGroup(child).extend(ada.node().group(parent), null);
        CoId map = ada.create(ValueType.MAP, child);
        ada.write(map, List.of(Changes.set("k", Json.of(1))));
        send(ada, eve);
        assertThat(eve.node().map(map).get("k")).contains(Json.of(1));

        ada.removeMember(parent, eve.account());
        ada.write(map, List.of(Changes.set("k", Json.of(2))));
        send(ada, bob);
        send(ada, eve);
        assertThat(bob.node().group(child).role(bob.account())).isEqualTo(Role.READER);
        assertThat(bob.node().map(map).get("k")).contains(Json.of(2));
        assertThat(eve.node().group(child).role(eve.account())).isNull();
        assertThat(eve.node().map(map).get("k")).contains(Json.of(1));
    }

    @Test
    void aRoleOfAParentCanBeMapped() {
        var ada = person();
        var bob = person();
        send(bob, ada);
        CoId parent = ada.createGroup();
        ada.editGroup(parent).add(bob.account(), Role.READER);
        CoId child = ada.createGroup();
        ada.editGroup(child).extend(ada.node().group(parent), Role.WRITER);
        assertThat(ada.node().group(child).role(bob.account())).isEqualTo(Role.WRITER);
        assertThat(ada.node().group(parent).role(bob.account())).isEqualTo(Role.READER);
    }

    @Test
    void aWriteOnlyMemberIsReadByTheOthersAndReadsOnlyItself() {
        var ada = person();
        var bob = person();
        send(bob, ada);
        CoId group = ada.createGroup();
        CoId feed = ada.create(ValueType.FEED, group);
        ada.write(feed, List.of(Json.of("secret of ada")));
        ada.editGroup(group).add(bob.account(), Role.WRITE_ONLY);
        send(ada, bob);
        bob.write(feed, List.of(Json.of("from bob")));
        send(bob, ada);

        assertThat(ada.node().feed(feed).items().stream().map(item -> item.value()))
                .containsExactly(Json.of("secret of ada"), Json.of("from bob"));
        assertThat(bob.node().feed(feed).items().stream().map(item -> item.value()))
                .containsExactly(Json.of("from bob"));
    }

    @Test
    void anInviteMakesItsHolderAMemberWithItsRoleOnly() {
        var ada = person();
        var bob = person();
        CoId group = ada.createGroup();
        CoId map = ada.create(ValueType.MAP, group);
        ada.write(map, List.of(Changes.set("k", Json.of(1))));
        var invite = randomSecret();
        ada.editGroup(group).invite(invite.id(), Role.WRITER);
        send(ada, bob);

        Identity guest = Identity.ofAgent(invite);
        Node guestNode = new Node(guest);
        send(bob.node(), guestNode);
        var visit = new LocalNode(guestNode, guest, InstantSource.system(), RANDOM);
        assertThatThrownBy(() -> visit.account()).isInstanceOf(IllegalStateException.class);
        visit.editGroup(group).accept(bob.account(), false);
        send(visit, bob);
        send(bob, ada);

        assertThat(ada.node().group(group).role(bob.account())).isEqualTo(Role.WRITER);
        assertThat(bob.node().map(map).get("k")).contains(Json.of(1));
        visit.editGroup(group).add(bob.account(), Role.ADMIN);
        assertThat(guestNode.group(group).role(bob.account())).isEqualTo(Role.WRITER);
    }

    @Test
    void onlyAdminsAndManagersChangeAGroup() {
        var ada = person();
        var bob = person();
        var eve = person();
        send(bob, ada);
        send(eve, ada);
        CoId group = ada.createGroup();
        ada.editGroup(group).add(bob.account(), Role.WRITER);
        send(ada, bob);
        bob.editGroup(group).add(eve.account(), Role.READER);
        bob.editGroup(group).add(bob.account(), Role.ADMIN);
        assertThat(bob.node().group(group).role(eve.account())).isNull();
        assertThat(bob.node().group(group).role(bob.account())).isEqualTo(Role.WRITER);

        ada.editGroup(group).add(bob.account(), Role.MANAGER);
        send(ada, bob);
        bob.editGroup(group).add(eve.account(), Role.READER);
        bob.editGroup(group).add(bob.account(), Role.ADMIN);
        assertThat(bob.node().group(group).role(eve.account())).isEqualTo(Role.READER);
        assertThat(bob.node().group(group).role(bob.account())).isEqualTo(Role.MANAGER);
        assertThatThrownBy(() -> bob.editGroup(group).remove(ada.account()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void listsAreEditedAnywhere() {
        var ada = person();
        CoId list = ada.create(ValueType.LIST, ada.createGroup());
        ada.write(list, Changes.append(ada.node().list(list), texts("a", "b", "c")));
        ada.write(list, Changes.append(ada.node().list(list), texts("d", "e")));
        ada.write(list, List.of(Changes.prepend(ada.node().list(list), Json.of("0"))));
        var b = ada.node().list(list).items().get(2);
        assertThat(b.value()).isEqualTo(Json.of("b"));
        ada.write(list, Changes.replace(b.id(), Json.of("B")));
        var a = ada.node().list(list).items().get(1);
        ada.write(list, List.of(Changes.insertAfter(a.id(), Json.of("a2"))));
        ada.write(list, List.of(Changes.delete(a.id())));
        assertThat(ada.node().list(list).values()).isEqualTo(texts("0", "a2", "B", "c", "d", "e"));

        var second = device(ada, secret);
        send(ada, second);
        assertThat(second.node().list(list).values()).isEqualTo(ada.node().list(list).values());
    }

    @Test
    void aListOfOneLongBranchIsReadWithoutRecursion() {
        var ada = person();
        CoId list = ada.create(ValueType.LIST, ada.createGroup());
        var changes = new ArrayList<Json>();
        Json anchor = Json.of("start");
        var session =
                ada.node().logs().stream()
                        .flatMap(log -> log.sessions().stream())
                        .map(log -> log.id())
                        .filter(id -> id.author().equals(ada.account()))
                        .findFirst()
                        .orElseThrow();
        for (int i = 0; i < 10_000; i++) {
            changes.add(
                    Json.object(
                            Map.of("op", Json.of("app"), "value", Json.of(i), "after", anchor)));
            anchor =
                    Json.object(
                            Map.of(
                                    "sessionID", Json.of(session.text()),
                                    "txIndex", Json.of(Math.floorDiv(i, 1000)),
                                    "changeIdx", Json.of(i % 1000)));
            if (changes.size() == 1000) {
                ada.write(list, changes);
                changes.clear();
            }
        }
        var values = ada.node().list(list).values();
        assertThat(values).hasSize(10_000);
        assertThat(values.getLast()).isEqualTo(Json.of(9_999));
    }

    @Test
    void aLongChainOfGroupsIsFollowedWithoutRecursion() {
        var ada = person();
        var bob = person();
        send(bob, ada);
        CoId first = ada.createGroup();
        ada.editGroup(first).add(bob.account(), Role.READER);
        CoId last = first;
        for (int i = 0; i < 300; i++) {
            CoId next = ada.createGroup();
            ada.editGroup(next).extend(ada.node().group(last), null);
            last = next;
        }
        assertThat(ada.node().group(last).role(ada.account())).isEqualTo(Role.ADMIN);
        Node fresh = new Node(null);
        send(ada.node(), fresh);
        assertThat(fresh.group(last).lineage().size()).isLessThanOrEqualTo(257);
    }

    @Test
    void ofTwoGroupsThatExtendEachOtherTheEarlierCountsForEverybody() {
        var ada = person();
        CoId one = ada.createGroup();
        CoId two = ada.createGroup();
        var second = device(ada, secret);
        send(ada, second);
        var later = new LocalNode(second.node(), Identity.ofAccount(secret), LATER, RANDOM);
        ada.editGroup(one).extend(ada.node().group(two), null);
        later.editGroup(two).extend(second.node().group(one), null);
        send(ada, later);
        send(later, ada);
        Node other = new Node(null);
        send(ada.node(), other);

        for (Node node : List.of(ada.node(), later.node(), other)) {
            assertThat(node.group(one).parents()).containsExactly(two);
            assertThat(node.group(two).parents()).isEmpty();
            assertThat(node.group(one).role(ada.account())).isEqualTo(Role.ADMIN);
        }
        assertThatThrownBy(() -> ada.editGroup(two).extend(ada.node().group(one), null))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void timesRiseAlsoWhenTheClockStandsStill() {
        var ada = LocalNode.createAccount(randomSecret(), "Ada", STOPPED, RANDOM);
        CoId map = ada.create(ValueType.MAP, ada.createGroup());
        for (int i = 0; i < 5; i++) {
            ada.write(map, List.of(Changes.set("k", Json.of(i))));
        }
        assertThat(ada.node().map(map).get("k")).contains(Json.of(4));
        var log = ada.node().log(map).sessions().iterator().next();
        long before = 0;
        for (Transaction transaction : log.transactions()) {
            assertThat(transaction.madeAt()).isGreaterThan(before);
            before = transaction.madeAt();
        }
    }

    @Test
    void aChangedTransactionIsRejectedAndTheRestOfTheValueStays() {
        var ada = person();
        CoId map = ada.create(ValueType.MAP, ada.createGroup());
        ada.writeInClear(map, List.of(Changes.set("k", Json.of("true"))));
        Node other = new Node(null);
        send(ada.node(), other);
        ada.writeInClear(map, List.of(Changes.set("k", Json.of("later"))));
        Content content = ada.node().log(map).since(other.log(map).known()).getFirst();
        var session = content.sessions().entrySet().iterator().next();
        var lie =
                new Transaction.Trusting(
                        session.getValue().transactions().getFirst().madeAt(),
                        "[{\"op\":\"set\",\"key\":\"k\",\"value\":\"false\"}]",
                        null);
        for (Signature signature :
                List.of(
                        session.getValue().lastSignature(),
                        new Signature("signature_z"),
                        new Signature("signature_z!!"))) {
            var piece = new SessionContent(1, List.of(lie), signature);
            var received = other.receive(with(content, session.getKey(), piece));
            assertThat(((Received.Applied) received).rejected()).containsExactly(session.getKey());
            assertThat(((Received.Applied) received).known().count(session.getKey())).isOne();
        }
        assertThat(other.map(map).text("k")).contains("true");
        other.receive(content);
        assertThat(other.map(map).text("k")).contains("later");
    }

    @Test
    void nobodyCanSignForAValueThatIsNoAccount() {
        var ada = person();
        CoId group = ada.createGroup();
        CoId map = ada.create(ValueType.MAP, group);
        ada.writeInClear(map, List.of(Changes.set("k", Json.of(1))));
        Content content = ada.node().log(map).since(KnownState.nothing(map)).getFirst();
        var piece = content.sessions().values().iterator().next();
        Node other = new Node(null);
        send(ada.node(), other);
        var forged = SessionId.of(group, "z1111");
        var received = (Received.Applied) other.receive(with(content, forged, piece));
        assertThat(received.rejected()).containsExactly(forged);
    }

    @Test
    void contentThatMissesItsAccountsWaitsForThem() {
        var ada = person();
        CoId group = ada.createGroup();
        CoId map = ada.create(ValueType.MAP, group);
        ada.write(map, List.of(Changes.set("k", Json.of(1))));
        Node other = new Node(null);
        Content content = ada.node().log(map).since(KnownState.nothing(map)).getFirst();
        assertThat(other.receive(content))
                .isEqualTo(
                        new Received.Waiting(
                                new java.util.LinkedHashSet<>(List.of(group, ada.account()))));
    }

    private final Map<CoId, AgentSecret> secrets = new java.util.HashMap<>();
    private AgentSecret secret = randomSecret();

    private LocalNode person() {
        secret = randomSecret();
        var person = LocalNode.createAccount(secret, "Ada", InstantSource.system(), RANDOM);
        secrets.put(person.account(), secret);
        return person;
    }

    private LocalNode device(LocalNode of, AgentSecret ignored) {
        Identity me = Identity.ofAccount(secrets.get(of.account()));
        return new LocalNode(new Node(me), me, InstantSource.system(), RANDOM);
    }

    private static AgentSecret randomSecret() {
        byte[] seed = new byte[32];
        RANDOM.nextBytes(seed);
        return AgentSecret.ofSeed(seed);
    }

    private static List<Json> texts(String... texts) {
        return List.of(texts).stream().map(Json::of).toList();
    }

    private static Content with(Content content, SessionId session, SessionContent piece) {
        return new Content(content.id(), null, 3, Map.of(session, piece), Map.of());
    }

    private static void send(LocalNode from, LocalNode to) {
        send(from.node(), to.node());
    }

    /// Everything that the other does not have, in an order in which it can be taken.
    private static void send(Node from, Node to) {
        var contents = new ArrayList<Content>();
        for (ValueLog log : from.logs()) {
            ValueLog known = to.log(log.id());
            contents.addAll(
                    log.since(known == null ? KnownState.nothing(log.id()) : known.known()));
        }
        while (!contents.isEmpty()) {
            List<Received> received = to.receive(contents);
            var left = new ArrayList<Content>();
            for (int i = 0; i < received.size(); i++) {
                if (received.get(i) instanceof Received.Waiting) {
                    left.add(contents.get(i));
                } else {
                    assertThat(((Received.Applied) received.get(i)).rejected()).isEmpty();
                }
            }
            assertThat(left.size()).isLessThan(contents.size());
            contents.clear();
            contents.addAll(left);
        }
    }
}
