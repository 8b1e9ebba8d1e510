package dev.roosthold.history.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryStoreTest {
    @TempDir Path directory;
    private HistoryStore store;

    @BeforeEach
    void open() {
        store = HistoryStore.open(directory.resolve("h/history.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static CommandEntry entry(long time, String command) {
        return CommandEntry.of(EntryIds.of("test", time + command), time, command);
    }

    private void add(CommandEntry... entries) {
        store.add(
                List.of(entries).stream()
                        .map(one -> new StoredEntry(one, EntryState.PENDING, Optional.empty()))
                        .toList());
    }

    private List<String> found(Query query) {
        return store.search(query).entries().stream().map(one -> one.entry().command()).toList();
    }

    private static Query query(String text) {
        return Query.newest(50).withText(text);
    }

    private static Query with(Query q, boolean fuzzy, boolean failed, boolean distinct) {
        return new Query(
                q.words(),
                fuzzy,
                q.machine(),
                q.directory(),
                q.exitCode(),
                failed,
                q.author(),
                q.authorKind(),
                q.session(),
                q.sinceMs(),
                q.untilMs(),
                q.before(),
                distinct,
                q.limit());
    }

    @Test
    void wordsAreFoundAnywhereNewestFirst() {
        add(
                entry(1, "git commit -m 'x'"),
                entry(2, "make test"),
                entry(3, "Git push"),
                entry(4, "ls"));
        assertThat(found(query("git"))).containsExactly("Git push", "git commit -m 'x'");
        assertThat(found(query("it mm"))).containsExactly("git commit -m 'x'");
        assertThat(found(query("gt"))).isEmpty();
        assertThat(found(with(query("gph"), true, false, false))).containsExactly("Git push");
        assertThat(found(query("100%_"))).isEmpty();
        assertThat(found(query("\"' OR 1=1 --"))).isEmpty();
        assertThat(found(query(""))).hasSize(4).startsWith("ls");
    }

    @Test
    void filtersHoldTogether() {
        store.putDevice("d1", "Laptop");
        add(
                entry(10, "make")
                        .withText("cwd", Optional.of("/home/a/project"))
                        .withText("host", Optional.of("box"))
                        .withText("session", Optional.of("s1"))
                        .withNumber("exitCode", OptionalLong.of(2))
                        .by(AuthorKind.AGENT, Optional.of("claude"))
                        .withDevice("d1"),
                entry(20, "make")
                        .withText("cwd", Optional.of("/home/a/project2"))
                        .withText("host", Optional.of("other"))
                        .withNumber("exitCode", OptionalLong.of(0))
                        .by(AuthorKind.PERSON, Optional.of("ada")));
        Query all = Query.newest(10);
        assertThat(store.search(all.withMachine(Optional.of("BOX"))).entries()).hasSize(1);
        assertThat(store.search(all.withMachine(Optional.of("laptop"))).entries()).hasSize(1);
        assertThat(store.search(all.withMachine(Optional.of("d1"))).entries()).hasSize(1);
        assertThat(store.search(all.withAuthor(Optional.of("claude"))).entries()).hasSize(1);
        assertThat(store.search(with(all, false, true, false)).entries()).hasSize(1);
        assertThat(store.search(with(all, false, false, true)).entries())
                .hasSize(1)
                .first()
                .satisfies(one -> assertThat(one.entry().createdAtMs()).isEqualTo(20));
        for (var expected :
                Map.of("/home/a/project", 1, "/home/a/project/", 1, "/home/a", 2, "/", 2)
                        .entrySet()) {
            Query inside =
                    new Query(
                            List.of(),
                            false,
                            Optional.empty(),
                            Optional.of(expected.getKey()),
                            OptionalInt.empty(),
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            Optional.empty(),
                            false,
                            10);
            assertThat(store.search(inside).entries())
                    .as(expected.getKey())
                    .hasSize(expected.getValue());
        }
        Query agents =
                new Query(
                        List.of("make"),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(2),
                        false,
                        Optional.empty(),
                        Optional.of(AuthorKind.AGENT),
                        Optional.of("s1"),
                        OptionalLong.of(10),
                        OptionalLong.of(11),
                        Optional.empty(),
                        false,
                        10);
        assertThat(store.search(agents).entries()).hasSize(1);
    }

    @Test
    void pagesOfEqualTimesLeaveNothingOutAndRepeatNothing() {
        List<CommandEntry> entries = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            entries.add(CommandEntry.of(EntryIds.of("page", "" + i), i / 10, "c" + i));
        }
        add(entries.toArray(CommandEntry[]::new));
        List<String> seen = new ArrayList<>();
        Query query = Query.newest(4);
        while (true) {
            Page page = store.search(query);
            page.entries().forEach(one -> seen.add(one.entry().command()));
            if (page.next().isEmpty()) {
                break;
            }
            Optional<Position> travelled = Position.of(page.next().get().text());
            assertThat(travelled).isEqualTo(page.next());
            query = query.withBefore(travelled);
        }
        assertThat(seen).hasSize(25).doesNotHaveDuplicates();
        assertThat(Position.of("17").orElseThrow()).isEqualTo(new Position(17, ""));
        assertThat(Position.of("x")).isEmpty();
    }

    @Test
    void addingAgainAndDeletedIdsChangeNothing() {
        CommandEntry one = entry(1, "one");
        add(one, one);
        add(one);
        assertThat(store.count()).isEqualTo(1);
        assertThat(store.delete(one.id())).isTrue();
        add(one);
        store.merge(List.of(one), List.of(), Map.of());
        assertThat(store.count()).isZero();
        assertThat(found(query("one"))).isEmpty();
    }

    @Test
    void whatComesBackFromOthersCountsAsPushed() {
        CommandEntry own = entry(1, "own");
        CommandEntry foreign = entry(2, "foreign");
        CommandEntry gone = entry(3, "gone");
        add(own, gone);
        store.merge(List.of(own, foreign), List.of(gone.id()), Map.of("cursor", "7"));
        assertThat(store.count(EntryState.PUSHED)).isEqualTo(1);
        assertThat(store.count(EntryState.REMOTE)).isEqualTo(1);
        assertThat(store.pending(10)).isEmpty();
        assertThat(store.fact("cursor")).hasValue("7");
    }

    @Test
    void preferencesKeepTheNewest() {
        store.putPreference("p", Optional.of("1"), 10);
        store.putPreference("p", Optional.of("2"), 9);
        assertThat(store.preferences()).containsEntry("p", "1");
        store.putPreference("p", Optional.empty(), 11);
        assertThat(store.preferences()).isEmpty();
    }

    @Test
    void onlyItsOwnerReadsItAndASecondProcessSeesTheSame() throws Exception {
        add(entry(1, "one"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.path())))
                .isEqualTo("rw-------");
        try (HistoryStore second = HistoryStore.open(store.path())) {
            assertThat(second.count()).isEqualTo(1);
        }
    }
}
