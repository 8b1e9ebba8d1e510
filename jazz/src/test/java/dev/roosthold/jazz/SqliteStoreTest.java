package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.store.SqliteStore;
import dev.roosthold.jazz.store.StoreException;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreTest {
    @TempDir Path folder;

    @Test
    void aRestartContinuesInANewSession() {
        Identity me = Identity.ofAccount(AgentSecret.ofSeed(new byte[32]));
        CoId feed;
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var first =
                    LocalNode.createAccount(
                            me.secret(), "Ada", InstantSource.system(), new SecureRandom());
            feed = first.create(ValueType.FEED, first.createGroup());
            store.save(first.node().logs());
            first.write(feed, List.of(Json.of(1)));
            first.write(feed, List.of(Json.of(2)));
            store.save(List.of(first.node().log(feed)));
            store.save(first.node().logs());
        }
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var second =
                    new LocalNode(new Node(me), me, InstantSource.system(), new SecureRandom());
            store.load().forEach(second.node()::restore);
            second.write(feed, List.of(Json.of(3)));
            store.save(List.of(second.node().log(feed)));
        }
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var third = new Node(me);
            store.load().forEach(third::restore);
            assertThat(third.feed(feed).items().stream().map(item -> item.value()))
                    .containsExactly(Json.of(1), Json.of(2), Json.of(3));
            assertThat(third.log(feed).sessions()).hasSize(2);
        }
    }

    @Test
    void sessionsKeepTheOrderInWhichTheyBegan() {
        Identity me = Identity.ofAccount(AgentSecret.ofSeed(new byte[32]));
        var ada =
                LocalNode.createAccount(
                        me.secret(), "Ada", InstantSource.system(), new SecureRandom());
        CoId feed = ada.create(ValueType.FEED, ada.createGroup());
        var began = new ArrayList<String>();
        for (int start = 0; start < 8; start++) {
            try (var store = SqliteStore.open(folder.resolve("values.db"))) {
                var node =
                        new LocalNode(new Node(me), me, InstantSource.system(), new SecureRandom());
                (start == 0 ? ada.node().logs() : store.load()).forEach(node.node()::restore);
                assertThat(node.node().log(feed).sessions().stream().map(s -> s.id().text()))
                        .containsExactlyElementsOf(began);
                node.write(feed, List.of(Json.of(start)));
                var last = new ArrayList<>(node.node().log(feed).sessions());
                began.add(last.getLast().id().text());
                store.save(node.node().logs());
            }
        }
    }

    @Test
    void whatIsInTheFileIsNotVerifiedAgain() throws Exception {
        Identity me = Identity.ofAccount(AgentSecret.ofSeed(new byte[32]));
        var first =
                LocalNode.createAccount(
                        me.secret(), "Ada", InstantSource.system(), new SecureRandom());
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            store.save(first.node().logs());
        }
        // Were a signature looked at, this would be refused.
        try (var file =
                        java.sql.DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve("values.db"));
                var statement = file.createStatement()) {
            statement.execute("UPDATE session SET signature = 'signature_z1111'");
        }
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var again = new Node(me);
            store.load().forEach(again::restore);
            assertThat(again.group(first.account()).entries())
                    .isEqualTo(first.node().group(first.account()).entries());
        }
    }

    @Test
    void piecesKeepTheirCheckpoints() {
        Json.Obj file = Vectors.file("costream-large-chunks");
        List<Content> pieces = Vectors.contents(file, "messages");
        CoId id = pieces.getFirst().id();
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var node = new Node(null);
            node.receive(Vectors.contents(file, "dependencies"));
            node.receive(pieces.subList(0, 2));
            store.save(node.logs());
        }
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var node = new Node(null);
            store.load().forEach(node::restore);
            node.receive(pieces.get(2));
            assertThat(node.log(id).since(KnownState.nothing(id))).isEqualTo(pieces);
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws Exception {
        Path file = folder.resolve("values.db");
        Files.writeString(file, "this is no database, but long enough to be looked at".repeat(50));
        assertThatThrownBy(() -> SqliteStore.open(file)).isInstanceOf(StoreException.class);
    }
}
