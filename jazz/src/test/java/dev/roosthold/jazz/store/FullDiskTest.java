package dev.roosthold.jazz.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.value.ValueType;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FullDiskTest {
    @TempDir Path folder;

    @Test
    void whatCouldNotBeSavedIsSavedWhenThereIsRoom() throws SQLException {
        Identity me = Identity.ofAccount(AgentSecret.ofSeed(new byte[32]));
        var ada =
                LocalNode.createAccount(
                        me.secret(), "Ada", InstantSource.system(), new SecureRandom());
        CoId feed = ada.create(ValueType.FEED, ada.createGroup());
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            store.save(ada.node().logs());
            store.limitPages(2);
            for (int i = 0; i < 100; i++) {
                ada.write(feed, List.of(Json.of("x".repeat(1_000))));
            }
            assertThatThrownBy(() -> store.save(List.of(ada.node().log(feed))))
                    .isInstanceOf(StoreException.class);
            store.limitPages(1_000_000);
            store.save(List.of(ada.node().log(feed)));
        }
        try (var store = SqliteStore.open(folder.resolve("values.db"))) {
            var again = new Node(me);
            store.load().forEach(again::restore);
            assertThat(Objects.requireNonNull(again.feed(feed)).items()).hasSize(100);
        }
    }
}
