package dev.roosthold.relay.doctor;

import dev.roosthold.relay.backup.LastBackup;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Whether there is a backup that is worth something.
record BackupCheck(Situation situation) implements Check {
    private static final Duration OLD = Duration.ofDays(7);
    private static final String ADVICE = "Make one: `roost backup FILE.tar.gz`, best every day.";

    @Override
    public List<Finding> run() {
        if (!Files.isRegularFile(situation.dataDirectory().resolve("relay.db"))) {
            return List.of();
        }
        Optional<LastBackup> last = LastBackup.of(situation.dataDirectory());
        if (last.isEmpty()) {
            return List.of(Finding.warning("backup", "none was ever made", ADVICE));
        }
        Duration age = Duration.between(last.get().markAt(), situation.clock().instant());
        String what = "the latest is of " + last.get().mark() + ", in " + last.get().target();
        return List.of(
                age.compareTo(OLD) > 0
                        ? Finding.warning("backup", what, ADVICE)
                        : Finding.ok("backup", what));
    }
}
