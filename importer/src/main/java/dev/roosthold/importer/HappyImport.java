package dev.roosthold.importer;

import dev.roosthold.relay.imports.Entry;
import dev.roosthold.relay.imports.Finding;
import dev.roosthold.relay.imports.Imports;
import dev.roosthold.relay.imports.Outcome;
import dev.roosthold.relay.store.Store;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Moves everything from a source into a store that nobody else uses meanwhile. One thread.
public final class HappyImport {
    private static final int BATCH_ROWS = 2_000;

    /// Of the text of the rows.
    private static final long BATCH_CHARACTERS = 16L << 20;

    private static final int EXAMPLES = 5;
    private static final long TELL_EVERY = 100_000;

    private static final String VENDOR_TOKENS =
            "encrypted with a secret of the old server; connect the services again in the app";
    private static final String UPLOADED_FILES =
            "the database has only their names; the files lie in the old server's own storage and are"
                    + " not taken over";

    private final HappySource source;
    private final Imports imports;
    private final Consumer<String> progress;
    private final List<ImportReport.Line> lines = new ArrayList<>();
    private final Map<GroupKey, Group> groups = new LinkedHashMap<>();

    private record GroupKey(HappyTable table, String weight, String what) {}

    private static final class Group {
        private final List<String> examples = new ArrayList<>();
        private long rows;

        void add(@Nullable String id) {
            rows++;
            if (id != null && examples.size() < EXAMPLES) {
                examples.add(id);
            }
        }
    }

    private HappyImport(HappySource source, Store store, Consumer<String> progress) {
        this.source = source;
        this.imports = new Imports(store, source.describe());
        this.progress = progress;
    }

    /// Imports everything.
    ///
    /// @param dryRun only what the report says; the store is a copy then
    /// @param progress is told now and then how far it is
    /// @throws ImportFailure when the source fails on the way; what was imported stays, and the
    ///     same import again goes on from there
    /// @throws dev.roosthold.relay.store.StoreException likewise, when the store fails
    public static ImportReport run(
            HappySource source, Store store, boolean dryRun, Consumer<String> progress) {
        return new HappyImport(source, store, progress).run(dryRun);
    }

    private ImportReport run(boolean dryRun) {
        for (HappyTable table : HappyTable.values()) {
            switch (table) {
                case VENDOR_TOKEN -> count(table, VENDOR_TOKENS);
                case UPLOADED_FILE -> count(table, UPLOADED_FILES);
                default -> move(table);
            }
        }
        return new ImportReport(
                source.describe(),
                dryRun,
                List.copyOf(lines),
                groups.entrySet().stream()
                        .map(
                                group ->
                                        new ImportReport.Group(
                                                group.getKey().table().kind(),
                                                group.getKey().weight(),
                                                group.getKey().what(),
                                                group.getValue().rows,
                                                List.copyOf(group.getValue().examples)))
                        .toList(),
                advice(dryRun));
    }

    private void move(HappyTable table) {
        if (!source.has(table)) {
            lines.add(ImportReport.Line.missing(table.kind()));
            return;
        }
        var batch = new Batch(table);
        source.read(table, batch::add);
        batch.write();
        lines.add(batch.line());
    }

    private void count(HappyTable table, String reason) {
        if (!source.has(table)) {
            lines.add(ImportReport.Line.missing(table.kind()));
            return;
        }
        long[] rows = new long[1];
        source.read(table, _ -> rows[0]++);
        lines.add(new ImportReport.Line(table.kind(), true, rows[0], 0, 0, 0, 0, rows[0], 0));
        for (long i = 0; i < rows[0]; i++) {
            group(table, "skipped", reason).add(null);
        }
    }

    private Group group(HappyTable table, String weight, String what) {
        return groups.computeIfAbsent(new GroupKey(table, weight, what), _ -> new Group());
    }

    /// Rows on their way into the store, and what became of them.
    private final class Batch {
        private final HappyTable table;
        private final List<Entry> entries = new ArrayList<>();
        private final Map<Outcome.Result, Long> results = new EnumMap<>(Outcome.Result.class);
        private long characters;
        private long read;

        Batch(HappyTable table) {
            this.table = table;
        }

        void add(Map<String, @Nullable String> values) {
            read++;
            if (read % TELL_EVERY == 0) {
                progress.accept(String.format(Locale.ROOT, "%s: %,d", table.kind(), read));
            }
            try {
                entries.add(Entries.of(table, values));
            } catch (BadRow e) {
                results.merge(Outcome.Result.PROBLEM, 1L, Long::sum);
                group(table, "problem", String.valueOf(e.getMessage())).add(values.get("id"));
                return;
            }
            for (String value : values.values()) {
                characters += value == null ? 0 : value.length();
            }
            if (entries.size() >= BATCH_ROWS || characters >= BATCH_CHARACTERS) {
                write();
            }
        }

        void write() {
            if (entries.isEmpty()) {
                return;
            }
            List<Outcome> outcomes = imports.write(entries);
            for (int i = 0; i < outcomes.size(); i++) {
                Outcome outcome = outcomes.get(i);
                results.merge(outcome.result(), 1L, Long::sum);
                for (Finding finding : outcome.findings()) {
                    String weight = finding.weight().name().toLowerCase(Locale.ROOT);
                    group(table, weight, finding.text()).add(entries.get(i).id());
                }
            }
            entries.clear();
            characters = 0;
        }

        ImportReport.Line line() {
            return new ImportReport.Line(
                    table.kind(),
                    true,
                    read,
                    of(Outcome.Result.IMPORTED),
                    of(Outcome.Result.COMPLETED),
                    of(Outcome.Result.PRESENT),
                    of(Outcome.Result.CONFLICT),
                    of(Outcome.Result.SKIPPED),
                    of(Outcome.Result.PROBLEM));
        }

        private long of(Outcome.Result result) {
            return results.getOrDefault(result, 0L);
        }
    }

    private List<String> advice(boolean dryRun) {
        var advice = new ArrayList<String>();
        boolean nothing = lines.stream().allMatch(ImportReport.Line::changedNothing);
        if (dryRun) {
            advice.add(
                    "This was a dry run: nothing was changed. "
                            + (nothing
                                    ? "There is nothing new to import."
                                    : "Leave out --dry-run to import."));
        } else if (nothing) {
            advice.add("There was nothing new to import: nothing was changed.");
        }
        advice.add("Nobody is signed in yet: sign-ins of the old server cannot be taken over.");
        advice.add(
                "  Apps: set this relay's address under custom server and sign in with the same"
                        + " secret key.");
        advice.add(
                "  Command lines: set HAPPY_SERVER_URL to this relay's address and pair again (happy"
                        + " auth login --force).");
        advice.add("  Everything is offline until it connects.");
        return advice;
    }
}
