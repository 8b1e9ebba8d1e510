package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.client.CoFeed;
import dev.roosthold.jazz.client.CoGroup;
import dev.roosthold.jazz.client.CoList;
import dev.roosthold.jazz.client.CoMap;
import dev.roosthold.jazz.client.Jazz;
import dev.roosthold.jazz.client.JazzOptions;
import dev.roosthold.jazz.client.Subscription;
import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.schema.MapSchema;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.jazz.view.MapView;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples of `README.md`: they stand there word for word, and here they are compiled and run.
final class ExamplesTest {
    @Test
    void everyExampleOfTheReadmeIsCompiledHere() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String here =
                squeezed(
                        Files.readString(
                                Path.of("src/test/java/dev/roosthold/jazz/ExamplesTest.java")));
        String[] parts = readme.split("```java\n", -1);
        assertThat(parts.length).isGreaterThan(4);
        for (int i = 1; i < parts.length; i++) {
            String example = parts[i].substring(0, parts[i].indexOf("```"));
            assertThat(here).contains(squeezed(example));
        }
    }

    private static String squeezed(String text) {
        return text.replaceAll("//.*", "").replaceAll("\\s+", "");
    }

    record Note(String title, boolean done, Optional<String> colour) {}

    @Test
    void client(@TempDir Path folder) {
        var random = new SecureRandom();
        String relay = "ws://127.0.0.1:9"; // nothing is there: everything works without
        Duration patience = Duration.ofMillis(1);

        AccountKey key = AccountKey.random(random);
        String words = key.passphrase(); // 24 words; show them once

        var options =
                JazzOptions.of(AccountKey.ofPassphrase(words))
                        .relay(URI.create(relay))
                        .file(folder.resolve("jazz.db"));
        Jazz jazz = Jazz.open(options);

        jazz.createAccountOffline("Ada");

        MapSchema<Note> schema = MapSchema.of(Note.class);
        CoMap<Note> note =
                jazz.create(schema, jazz.account(), new Note("milk", false, Optional.empty()));
        note.update(old -> new Note(old.title(), true, old.colour())); // writes `done` only
        Note now = note.get().orElseThrow();

        CoList<String> list = jazz.createList(ItemType.TEXT, jazz.account());
        list.add("first", "second");
        list.add(0, "before all");
        list.remove(1);

        CoFeed<CoId> feed = jazz.createUniqueFeed(ItemType.REFERENCE, jazz.account(), "history");
        feed.add(note.id());
        for (CoFeed.Item<CoId> item : feed.items()) {
            System.out.println(item.at() + " " + item.author().text() + " " + item.value());
        }

        assertThat(now).isEqualTo(new Note("milk", true, Optional.empty()));
        assertThat(list.items()).containsExactly("before all", "second");
        assertThat(feed.items()).hasSize(1);

        try (Subscription _ = note.subscribe(changed -> System.out.println(changed.title()))) {
            note.set(new Note("bread", false, Optional.of("red")));
        }

        CoGroup group = jazz.createGroup();
        CoMap<Note> shared =
                jazz.create(schema, group.id(), new Note("ours", false, Optional.empty()));
        String invite = group.invite(Role.WRITER); // give it to Bob, with the group's id
        jazz.setRoot(shared.id());

        assertThat(invite).startsWith("inviteSecret_z");
        assertThat(jazz.root()).contains(shared.id());
        jazz.awaitSaved(Duration.ofSeconds(10)); // it is on the disk
        assertThat(jazz.unsynced()).isPositive();
        try {
            jazz.awaitSynced(patience); // the relay has confirmed it
        } catch (dev.roosthold.jazz.client.JazzException.TimedOut e) {
            assertThat(e).hasMessageContaining("relay");
        }
        jazz.close();
    }

    @Test
    void valuesInMemory() {
        byte[] seed = new byte[32];
        byte[] bobs = new byte[32];
        bobs[0] = 1;
        var person =
                LocalNode.createAccount(
                        AgentSecret.ofSeed(bobs),
                        "Bob",
                        InstantSource.system(),
                        new SecureRandom());
        CoId bob = person.account();

        var ada =
                LocalNode.createAccount(
                        AgentSecret.ofSeed(seed),
                        "Ada",
                        InstantSource.system(),
                        new SecureRandom());
        CoId group = ada.createGroup();
        CoId notes = ada.create(ValueType.MAP, group);
        ada.write(notes, List.of(Changes.set("title", Json.of("groceries"))));
        MapView view = ada.node().map(notes);

        assertThat(Objects.requireNonNull(view).text("title")).contains("groceries");
        Node node = ada.node();
        person.node().logs().forEach(node::restore);

        ada.editGroup(group).add(bob, Role.WRITER); // Bob's account has to be here
        ada.removeMember(group, bob); // what follows is written with a key that Bob does not get

        assertThat(ada.node().group(group).members()).doesNotContainKey(bob);
    }
}
