package dev.roosthold.jazz;

import static dev.roosthold.jazz.Vectors.object;
import static dev.roosthold.jazz.Vectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every vector of whole values: real signed content is verified, decrypted and merged.
final class ValueVectorsTest {
    @Test
    void accountGroupAndMap() {
        Json.Obj file = Vectors.file("covalue-account-group-map");
        Node a = open(file, "A");
        Node b = open(file, "B");
        Json.Obj expected = object(file, "expected");

        assertThat(Identity.ofAccount(secret(file, "A")).account()).isEqualTo(id(file, "account"));
        assertThat(
                        AgentSecret.ofSeed(
                                Vectors.hex(
                                        text(
                                                object(object(file, "secrets"), "A"),
                                                "secretSeedHex"))))
                .isEqualTo(secret(file, "A"));
        object(expected, "readKeys")
                .members()
                .forEach((group, keys) -> assertThat(keys(a, id(file, group))).isEqualTo(keys));
        assertThat(((Json.Obj) keys(b, id(file, "group"))).members().keySet())
                .containsExactlyElementsOf(
                        ((Json.Arr) expected.members().get("keysVisibleToB"))
                                .items().stream().map(key -> ((Json.Str) key).value()).toList());
        assertThat(a.group(id(file, "group")).readKey())
                .hasToString(text(expected, "currentReadKey"));
        assertThat(a.group(id(file, "group")).entries())
                .containsKey(text(expected, "keyRevelationChain"));
        assertThat(entries(a, id(file, "group"))).isEqualTo(expected.get("group"));
        assertThat(map(a, id(file, "profile"))).isEqualTo(expected.get("profile"));
        assertThat(map(new Node(null), file, "profile")).isEqualTo(expected.get("profile"));
        assertThat(map(a, id(file, "map"))).isEqualTo(expected.get("map"));
        assertThat(map(b, id(file, "map"))).isEqualTo(expected.get("mapSeenByB"));
        assertThat(b.map(id(file, "map")).unreadable()).isEqualTo(1);
        var account = a.group(id(file, "account"));
        assertThat(account.entry("root")).isEqualTo(text(expected, "accountRoot"));
        assertThat(account.entry("profile")).isEqualTo(text(expected, "accountProfile"));
    }

    @Test
    void parentGroup() {
        Json.Obj file = Vectors.file("covalue-parent-group");
        Json.Obj expected = object(file, "expected");
        for (String person : List.of("A", "B")) {
            Node node = open(file, person);
            assertThat(entries(node, id(file, "parent"))).isEqualTo(expected.get("parent"));
            assertThat(entries(node, id(file, "child"))).isEqualTo(expected.get("child"));
            assertThat(keys(node, id(file, "parent"))).isEqualTo(expected.get("parentKeys"));
            assertThat(keys(node, id(file, "child"))).isEqualTo(expected.get("childKeys"));
            assertThat(map(node, id(file, "map"))).isEqualTo(expected.get("map"));
            assertThat(node.group(id(file, "child")).role(id(file, "B")).text())
                    .isEqualTo(text(expected, "roleOfBInChild"));
            assertThat(node.group(id(file, "child")).role(id(file, "C"))).isNull();
        }
    }

    @Test
    void keySealedToTheParentsSealer() {
        Json.Obj file = Vectors.file("covalue-group-sealer");
        Node a = open(file, "A");
        assertThat(entries(a, id(file, "child"))).isEqualTo(object(file, "expected").get("child"));
        assertThat(map(a, id(file, "map"))).isEqualTo(object(file, "expected").get("mapSeenByA"));
        assertThat(map(open(file, "B"), id(file, "map")))
                .isEqualTo(object(file, "expected").get("mapSeenByA"));
    }

    @Test
    void onlyPermittedTransactionsCount() {
        Json.Obj file = Vectors.file("covalue-permissions");
        for (String person : List.of("A", "R")) {
            Node node = open(file, person);
            assertThat(map(node, id(file, "map"))).isEqualTo(object(file, "expected").get("map"));
            assertThat(node.group(id(file, "group")).role(id(file, "R")).text())
                    .isEqualTo(text(object(file, "expected"), "roleOfR"));
        }
    }

    @Test
    void firstWriterWins() {
        Json.Obj file = Vectors.file("covalue-unique-fww");
        Node whole = open(file, "A");
        assertThat(map(whole, id(file, "map"))).isEqualTo(object(file, "expected").get("map"));

        // The later writer is seen first, the earlier one turns up afterwards.
        Node late = new Node(Identity.ofAccount(secret(file, "A")));
        List<Content> contents = Vectors.contents(file, "messages");
        late.receive(contents.subList(0, contents.size() - 1));
        Content last = contents.getLast();
        var sessions = new ArrayList<>(last.sessions().entrySet());
        for (var session : sessions.reversed()) {
            late.receive(
                    new Content(
                            last.id(),
                            last.header(),
                            3,
                            Map.of(session.getKey(), session.getValue()),
                            Map.of()));
            late.map(last.id());
        }
        assertThat(map(late, last.id())).isEqualTo(object(file, "expected").get("map"));
    }

    @TestFactory
    Stream<DynamicTest> mergedMaps() {
        return Vectors.each(
                Vectors.file("comap-merge"),
                "cases",
                vector -> {
                    if (vector.get("expected") instanceof Json.Obj expected) {
                        Json merged = map(open(vector, "A"), id(vector, "value"));
                        assertThat(merged).isEqualTo(expected.get("s1"));
                        assertThat(merged).isEqualTo(expected.get("s2"));
                        assertThat(map(openPiecewise(vector), id(vector, "value")))
                                .isEqualTo(merged);
                    } else {
                        assertThat(map(openPiecewise(vector), id(vector, "value")))
                                .isEqualTo(map(open(vector, "A"), id(vector, "value")));
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> mergedLists() {
        return Vectors.each(
                Vectors.file("colist-merge"),
                "cases",
                vector -> {
                    Node node = open(vector, "A");
                    Json merged = new Json.Arr(node.list(id(vector, "value")).values());
                    if (vector.get("expected") instanceof Json.Obj expected) {
                        assertThat(merged).isEqualTo(expected.get("s1"));
                        assertThat(merged).isEqualTo(expected.get("s2"));
                    }
                    if (vector.get("observed") instanceof Json.Obj observed
                            && observed.get("freshLoad") != null) {
                        assertThat(merged).isEqualTo(observed.get("freshLoad"));
                    }
                    assertThat(
                                    new Json.Arr(
                                            openPiecewise(vector)
                                                    .list(id(vector, "value"))
                                                    .values()))
                            .isEqualTo(merged);
                });
    }

    @Test
    void feedOfTwoSessions() {
        Json.Obj file = Vectors.file("costream-two-sessions");
        for (Node node : List.of(open(file, "A"), openPiecewise(file))) {
            var feed = node.feed(id(file, "value"));
            var items = new ArrayList<Json>();
            for (var item : feed.items()) {
                items.add(
                        Json.object(
                                Map.of(
                                        "sessionID", Json.of(item.id().session().text()),
                                        "txIndex", Json.of(item.id().index()),
                                        "madeAt", Json.of((double) item.madeAt()),
                                        "value", item.value())));
            }
            assertThat(new Json.Arr(items)).isEqualTo(object(file, "expected").get("items"));
            var perSession = new HashMap<String, Json>();
            feed.bySession()
                    .forEach(
                            (session, list) ->
                                    perSession.put(
                                            session.text(),
                                            new Json.Arr(
                                                    list.stream().map(i -> i.value()).toList())));
            assertThat(new Json.Obj(perSession))
                    .isEqualTo(object(file, "expected").get("perSession"));
        }
    }

    @Test
    void largeFeedInPieces() {
        Json.Obj file = Vectors.file("costream-large-chunks");
        List<Content> pieces = Vectors.contents(file, "messages");
        Node node = new Node(Identity.ofAccount(secret(file, "A")));
        node.receive(Vectors.contents(file, "dependencies"));
        node.receive(pieces);
        CoId id = pieces.getFirst().id();

        assertThat(node.feed(id).items()).hasSize(9);
        for (int i = 0; i < 9; i++) {
            assertThat(node.feed(id).items().get(i).value())
                    .isEqualTo(Json.of("%04d-".formatted(i) + "x".repeat(30_000)));
        }
        // What we send is what the reference implementation sends: the same cuts, the same counts.
        assertThat(node.log(id).since(KnownState.nothing(id))).isEqualTo(pieces);
        assertThat(node.log(id).since(node.log(id).known())).isEmpty();
    }

    @Test
    void piecesOutOfOrderAreAGap() {
        Json.Obj file = Vectors.file("costream-large-chunks");
        List<Content> pieces = Vectors.contents(file, "messages");
        Node node = new Node(Identity.ofAccount(secret(file, "A")));
        node.receive(Vectors.contents(file, "dependencies"));

        assertThat(node.receive(pieces.get(1))).isInstanceOf(Received.Headless.class);
        assertThat(applied(node.receive(pieces.get(0))).gap()).isFalse();
        var gap = applied(node.receive(pieces.get(2)));
        assertThat(gap.gap()).isTrue();
        assertThat(gap.added()).isFalse();
        assertThat(gap.known().sessions().values()).containsExactly(3);
        assertThat(applied(node.receive(pieces.get(1))).known().sessions().values())
                .containsExactly(6);
        assertThat(applied(node.receive(pieces.get(1))).added()).isFalse();
        assertThat(applied(node.receive(pieces.get(2))).known().sessions().values())
                .containsExactly(9);
    }

    private static Received.Applied applied(Received received) {
        assertThat(received).isInstanceOf(Received.Applied.class);
        return (Received.Applied) received;
    }

    /// All messages at once, every one accepted whole.
    private static Node open(Json.Obj vector, String person) {
        Node node = new Node(Identity.ofAccount(secret(vector, person)));
        receive(node, vector);
        return node;
    }

    private static void receive(Node node, Json.Obj vector) {
        for (Received received : node.receive(Vectors.contents(vector, "messages"))) {
            assertThat(applied(received).rejected()).isEmpty();
            assertThat(applied(received).gap()).isFalse();
            assertThat(applied(received).added()).isTrue();
        }
    }

    /// The last value one session after the other, the view being read in between.
    private static Node openPiecewise(Json.Obj vector) {
        Node node = new Node(Identity.ofAccount(secret(vector, "A")));
        List<Content> contents = Vectors.contents(vector, "messages");
        node.receive(contents.subList(0, contents.size() - 1));
        Content last = contents.getLast();
        var sessions = new ArrayList<>(last.sessions().entrySet());
        for (var session : sessions.reversed()) {
            var one = Map.of(session.getKey(), session.getValue());
            node.receive(new Content(last.id(), last.header(), 3, one, Map.of()));
            node.map(last.id());
            node.list(last.id());
            node.feed(last.id());
        }
        return node;
    }

    private static AgentSecret secret(Json.Obj vector, String person) {
        return switch (object(vector, "secrets").members().get(person)) {
            case Json.Str(String secret) -> AgentSecret.of(secret);
            case Json.Obj secrets -> AgentSecret.of(text(secrets, "agentSecret"));
            default -> throw new AssertionError(person);
        };
    }

    private static CoId id(Json.Obj vector, String name) {
        return new CoId(text(object(vector, "ids"), name));
    }

    private static Json map(Node node, CoId id) {
        return new Json.Obj(node.map(id).entries());
    }

    private static Json map(Node empty, Json.Obj vector, String name) {
        receive(empty, vector);
        return map(empty, id(vector, name));
    }

    private static Json entries(Node node, CoId group) {
        var entries = new HashMap<String, Json>();
        node.group(group).entries().forEach((key, value) -> entries.put(key, Json.of(value)));
        return new Json.Obj(entries);
    }

    private static Json keys(Node node, CoId group) {
        Map<KeyId, KeySecret> keys = node.keys(node.group(group));
        var texts = new HashMap<String, Json>();
        keys.forEach((id, secret) -> texts.put(id.text(), Json.of(secret.reveal())));
        return new Json.Obj(texts);
    }
}
