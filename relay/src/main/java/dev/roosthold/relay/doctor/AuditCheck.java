package dev.roosthold.relay.doctor;

import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Verdict;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The audit log: no entry was changed, moved or taken away.
record AuditCheck(Situation situation) implements Check {
    private static final String NAME = "audit log";

    @Override
    public List<Finding> run() {
        Path file = situation.dataDirectory().resolve("relay.db");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (var database = DatabaseFile.open(file)) {
            Verdict verdict = database.read(sql -> Audit.verify(sql, Optional.empty()));
            return List.of(
                    verdict.intact()
                            ? Finding.ok(NAME, verdict.entries() + " entries, intact")
                            : Finding.wrong(
                                    NAME,
                                    verdict.problemCount()
                                            + " problems, the first: "
                                            + verdict.problems().getFirst(),
                                    "Somebody or something changed the database: see `roost audit"
                                            + " verify`."));
        } catch (StoreException e) {
            return List.of(Finding.skipped(NAME, "it cannot be read: " + e.getMessage()));
        }
    }
}
