package dev.roosthold.conformance;

import dev.roosthold.relay.store.Migration;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A release of the relay: what its process has on its class path.
public record RelayRelease(String classPath) {

    /// The one of these sources.
    public static RelayRelease these() {
        return new RelayRelease(System.getProperty("java.class.path"));
    }

    /// One that comes after it: the same classes with one more step of the schema, which older
    /// programs can go on after. It adds a table, and a column to the table that is written most.
    ///
    /// @param folder where its step is put; not there yet
    public static RelayRelease nextIn(Path folder) throws IOException {
        List<Migration> before = Migration.ofProgram();
        Path steps = Files.createDirectories(folder.resolve("db"));
        String name = fileName(new Migration(before.size() + 1, "next-release", ""));
        Files.writeString(
                steps.resolve("index"),
                before.stream().map(RelayRelease::fileName).collect(Collectors.joining("\n"))
                        + "\n"
                        + name
                        + "\n");
        Files.writeString(
                steps.resolve(name),
                """
                -- older programs: go on
                CREATE TABLE next_release (
                  account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                  text TEXT NOT NULL
                ) STRICT;
                ALTER TABLE message ADD COLUMN next_release TEXT;
                """);
        return new RelayRelease(folder + File.pathSeparator + these().classPath());
    }

    private static String fileName(Migration step) {
        return "%03d-%s.sql".formatted(step.number(), step.name());
    }
}
