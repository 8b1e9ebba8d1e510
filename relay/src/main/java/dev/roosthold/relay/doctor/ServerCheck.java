package dev.roosthold.relay.doctor;

import dev.roosthold.relay.store.PostgresStore;
import dev.roosthold.relay.store.PostgresUrl;
import dev.roosthold.relay.store.StoreException;
import java.util.List;
import java.util.Locale;

/// The database on a server: it answers, soon, and has a schema that this program knows.
record ServerCheck(PostgresUrl url) implements Check {
    private static final String NAME = "database";

    /// Each acknowledgement waits for at least one answer of the server.
    private static final long SLOW_NANOS = 500_000_000;

    @Override
    public List<Finding> run() {
        long begun = System.nanoTime();
        try {
            int schema = PostgresStore.schema(url);
            long nanos = System.nanoTime() - begun;
            String what =
                    String.format(
                            Locale.ROOT,
                            "on the server %s, which answered within %d ms, %s",
                            url.place(),
                            nanos / 1_000_000,
                            SchemaWords.of(schema));
            if (nanos > SLOW_NANOS) {
                return List.of(
                        Finding.warning(NAME, what, "Put relay and database near each other."));
            }
            return List.of(Finding.ok(NAME, what));
        } catch (StoreException e) {
            return List.of(
                    Finding.wrong(
                            NAME,
                            String.valueOf(e.getMessage()),
                            "See whether the server runs, and whether --database, user and"
                                    + " password are right."));
        }
    }
}
