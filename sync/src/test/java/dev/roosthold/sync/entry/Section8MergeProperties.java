package dev.roosthold.sync.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// Section 8: the same versions give the same entry in every order, however often they come.
final class Section8MergeProperties {
    @Property(tries = 500)
    void preferencesDoNotDependOnTheOrder(
            @ForAll @Size(min = 1, max = 6) List<@From("preferences") SyncEntry> versions) {
        assertThat(fold(versions)).isEqualTo(fold(versions.reversed()));
        assertThat(Merge.merge(fold(versions), versions.getFirst())).isEqualTo(fold(versions));
    }

    @Property(tries = 500)
    void theStateOfACommandDoesNotDependOnTheOrder(
            @ForAll @Size(min = 2, max = 6) List<@From("commands") SyncEntry> versions) {
        SyncEntry first = versions.getFirst();
        List<SyncEntry> rest = versions.subList(1, versions.size());
        SyncEntry one = first;
        for (SyncEntry next : rest) {
            one = Merge.command(one, next);
        }
        SyncEntry other = first;
        for (SyncEntry next : rest.reversed()) {
            other = Merge.command(other, next);
        }
        assertThat(one).isEqualTo(other);
        assertThat(Merge.command(one, rest.getFirst())).isEqualTo(one);
        if (versions.stream().anyMatch(SyncEntry::isDeleted)) {
            assertThat(one.encrypted()).isEmpty();
            assertThat(one.deletedAt()).isNotNull();
        }
        assertThat(one.executed()).isEqualTo(versions.stream().anyMatch(SyncEntry::executed));
        assertThat(one.createdAt()).isEqualTo(first.createdAt());
    }

    @Property(tries = 300)
    void devicesDoNotDependOnTheOrder(
            @ForAll @Size(min = 1, max = 6) List<@From("devices") SyncEntry> versions) {
        assertThat(fold(versions)).isEqualTo(fold(versions.reversed()));
    }

    private static SyncEntry fold(List<SyncEntry> versions) {
        return versions.stream().reduce(Merge::merge).orElseThrow();
    }

    @Provide
    Arbitrary<SyncEntry> preferences() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.of("a", "b"),
                        Arbitraries.of("x", "y", ""))
                .as(
                        (at, device, encrypted) ->
                                new SyncEntry(
                                        EntryType.PREFERENCE,
                                        "k",
                                        encrypted,
                                        device,
                                        1,
                                        at,
                                        encrypted.isEmpty() ? at : null,
                                        null,
                                        false,
                                        null,
                                        null,
                                        device,
                                        null));
    }

    @Provide
    Arbitrary<SyncEntry> commands() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.of("a", "b"),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false).injectNull(0.3),
                        Arbitraries.longs().between(1, 3).injectNull(0.5),
                        Arbitraries.longs().between(1, 3).injectNull(0.7))
                .as(
                        (at, by, executed, success, executedAt, deletedAt) ->
                                new SyncEntry(
                                        EntryType.COMMAND,
                                        "id",
                                        deletedAt == null ? "x" : "",
                                        "d",
                                        1,
                                        at,
                                        deletedAt,
                                        "safe",
                                        executed,
                                        success,
                                        executedAt,
                                        by,
                                        null));
    }

    @Provide
    Arbitrary<SyncEntry> devices() {
        return Combinators.combine(
                        Arbitraries.of("n", "m"),
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.longs().between(1, 4).injectNull(0.5))
                .as(
                        (name, first, last, removed) ->
                                SyncEntry.of(
                                        "d",
                                        new SyncEntry.Device(
                                                name, "linux", 2, first, last, removed)));
    }
}
