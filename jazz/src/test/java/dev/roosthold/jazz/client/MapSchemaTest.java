package dev.roosthold.jazz.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.schema.MapSchema;
import dev.roosthold.jazz.schema.Ref;
import dev.roosthold.jazz.schema.SchemaException;
import dev.roosthold.jazz.view.Changes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // what is missing fails the test
final class MapSchemaTest {
    enum Mood {
        GOOD,
        BAD
    }

    record Everything(
            String text,
            boolean flag,
            int small,
            long large,
            double number,
            Mood mood,
            Instant at,
            CoId id,
            Ref<Note> ref,
            Json json,
            Optional<String> maybe,
            Optional<Integer> count) {}

    record Note(String title, boolean done) {}

    private final Jazz jazz = Jazz.open(JazzOptions.of(AccountKey.random(new SecureRandom())));

    MapSchemaTest() {
        jazz.createAccountOffline("Ada");
    }

    @AfterEach
    void close() {
        jazz.close();
    }

    @Test
    void everyTypeOfComponentComesBack() {
        var value =
                new Everything(
                        "é\"\n",
                        true,
                        -3,
                        1L << 52,
                        0.1,
                        Mood.BAD,
                        Instant.parse("2026-01-02T03:04:05Z"),
                        jazz.account(),
                        new Ref<>(jazz.account()),
                        Json.array(Json.NULL, Json.of(1)),
                        Optional.empty(),
                        Optional.of(7));
        var map = jazz.create(MapSchema.of(Everything.class), jazz.account(), value);
        assertThat(map.get()).contains(value);
        Map<String, Json> entries = jazz.read(node -> node.map(map.id()).entries());
        assertThat(entries.get("at")).isEqualTo(Json.of("2026-01-02T03:04:05.000Z"));
        assertThat(entries).doesNotContainKey("maybe");
    }

    @Test
    void onlyWhatDiffersIsWrittenAndUnknownMembersStay() {
        var note = jazz.create(MapSchema.of(Note.class), jazz.account(), new Note("milk", false));
        jazz.write(note.id(), List.of(Changes.set("colour", Json.of("red"))));
        var title = jazz.read(node -> node.map(note.id()).lastEdit("title"));
        assertThat(note.update(old -> new Note(old.title(), true)))
                .isEqualTo(new Note("milk", true));
        note.set(new Note("milk", true));
        Map<String, Json> entries = jazz.read(node -> node.map(note.id()).entries());
        assertThat(entries).containsEntry("colour", Json.of("red"));
        assertThat(jazz.<Object>read(node -> node.map(note.id()).lastEdit("title")))
                .isEqualTo(title);
        assertThat(jazz.<Integer>read(node -> node.log(note.id()).count())).isEqualTo(3);
    }

    @Test
    void emptyMissingAndNullOptionalsReadAlike() {
        record Maybe(Optional<String> a, Optional<Boolean> b) {}
        var map =
                jazz.create(
                        MapSchema.of(Maybe.class),
                        jazz.account(),
                        new Maybe(Optional.of("x"), Optional.empty()));
        jazz.write(map.id(), List.of(Changes.set("b", Json.NULL)));
        assertThat(map.get()).contains(new Maybe(Optional.of("x"), Optional.empty()));
        map.set(new Maybe(Optional.empty(), Optional.of(true)));
        assertThat(map.get()).contains(new Maybe(Optional.empty(), Optional.of(true)));
    }

    @Test
    void anotherFormIsNamed() {
        var note = jazz.create(MapSchema.of(Note.class), jazz.account(), new Note("milk", false));
        jazz.write(note.id(), List.of(Changes.set("done", Json.of("yes"))));
        assertThatThrownBy(note::get)
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("'done'")
                .hasMessageContaining(note.id().text());
        record Wrong(Thread thread) {}
        assertThatThrownBy(() -> MapSchema.of(Wrong.class))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("thread");
    }

    @Test
    void aNamedMapIsWrittenOnce() {
        var schema = MapSchema.of(Note.class);
        var first = jazz.createUnique(schema, jazz.account(), "note", new Note("first", false));
        var second = jazz.createUnique(schema, jazz.account(), "note", new Note("second", true));
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.get()).contains(new Note("first", false));
    }

    @Test
    void listenersHearEachNewStateOnceAndStopWhenAsked() {
        var note = jazz.create(MapSchema.of(Note.class), jazz.account(), new Note("a", false));
        CoList<String> list = jazz.createList(ItemType.TEXT, jazz.account());
        CoFeed<Long> feed = jazz.createFeed(ItemType.INTEGER, jazz.account());
        var notes = new CopyOnWriteArrayList<Note>();
        var lists = new CopyOnWriteArrayList<List<String>>();
        var counts = new CopyOnWriteArrayList<Integer>();
        var first = note.subscribe(notes::add);
        list.subscribe(lists::add);
        feed.subscribe(items -> counts.add(items.size()));
        await().until(() -> notes.equals(List.of(new Note("a", false))));
        note.set(new Note("b", false));
        list.add("x");
        feed.add(1L, 2L);
        await().until(() -> notes.getLast().title().equals("b"));
        await().until(() -> lists.getLast().equals(List.of("x")));
        await().until(() -> counts.getLast() == 2);
        first.close();
        note.set(new Note("c", false));
        list.add("y");
        await().until(() -> lists.getLast().equals(List.of("x", "y")));
        assertThat(notes.getLast().title()).isEqualTo("b");
        assertThat(notes).doesNotHaveDuplicates();
    }

    @Test
    void nothingIsWrittenToWhatIsNotHere() {
        CoId nowhere = new CoId("co_zNowhere");
        assertThatThrownBy(() -> jazz.list(ItemType.TEXT, nowhere).add("x"))
                .isInstanceOf(JazzException.NotHere.class);
        assertThatThrownBy(
                        () -> jazz.map(MapSchema.of(Note.class), nowhere).set(new Note("x", true)))
                .isInstanceOf(JazzException.NotHere.class);
        assertThatThrownBy(() -> jazz.awaitSynced(Duration.ofMillis(10)))
                .isInstanceOf(JazzException.TimedOut.class);
    }
}
