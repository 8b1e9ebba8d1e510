package dev.roosthold.relay.doctor;

import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The file of Jazz values: whole. There is none before a Jazz client has connected.
record JazzCheck(Situation situation) implements Check {
    private static final String NAME = "jazz values";

    @Override
    public List<Finding> run() {
        Path file = situation.dataDirectory().resolve("jazz.db");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (var database = DatabaseFile.open(file)) {
            List<String> damage = database.damage(false);
            return List.of(
                    damage.isEmpty()
                            ? Finding.ok(
                                    NAME,
                                    String.format(
                                            Locale.ROOT, "whole, %.1f MB", Files.size(file) / 1e6))
                            : Finding.wrong(
                                    NAME,
                                    "jazz.db is damaged: " + String.join("; ", damage),
                                    "Stop the relay and restore the latest backup. Or move the file"
                                            + " away: clients that still have their values send them"
                                            + " again."));
        } catch (StoreException e) {
            return List.of(
                    Finding.wrong(
                            NAME,
                            String.valueOf(e.getMessage()),
                            "See who uses the file, and whether this user may read it."));
        } catch (IOException e) {
            return List.of(Finding.skipped(NAME, "it cannot be looked at: " + e.getMessage()));
        }
    }
}
