package dev.roosthold.relay.doctor;

import dev.roosthold.relay.attachments.AttachmentArchive;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Attachments: each row has its file, and each file its row.
record AttachmentCheck(Situation situation) implements Check {

    /// More strays than uploads that may be on their way.
    private static final int MANY = 200;

    @Override
    public List<Finding> run() {
        Path database = situation.dataDirectory().resolve("relay.db");
        if (!Files.isRegularFile(database)) {
            return List.of(Finding.skipped("attachments", "there are none yet"));
        }
        try (var db = DatabaseFile.open(database)) {
            Path folder = AttachmentArchive.folder(situation.dataDirectory());
            List<String> rows = db.read(AttachmentArchive::uploaded);
            Set<String> files = new HashSet<>(AttachmentArchive.files(folder));
            var missing = new HashSet<>(rows);
            missing.removeAll(files);
            if (!missing.isEmpty()) {
                // A row and its file may have gone since they were listed.
                missing.retainAll(db.read(AttachmentArchive::uploaded));
            }
            if (!missing.isEmpty()) {
                return List.of(
                        Finding.wrong(
                                "attachments",
                                missing.size() + " of " + rows.size() + " have lost their file",
                                "Copy the missing files of " + folder + " out of a backup."));
            }
            rows.forEach(files::remove);
            return List.of(
                    files.size() > MANY
                            ? Finding.warning(
                                    "attachments",
                                    files.size() + " files belong to nothing",
                                    "A running relay removes them within ten minutes; if they stay,"
                                            + " see its log.")
                            : Finding.ok("attachments", rows.size() + ", each with its file"));
        } catch (StoreException | IOException e) {
            return List.of(
                    Finding.skipped("attachments", "they cannot be looked at: " + e.getMessage()));
        }
    }
}
