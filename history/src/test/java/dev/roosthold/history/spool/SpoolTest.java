package dev.roosthold.history.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpoolTest {
    @TempDir Path directory;

    /// A file of a shell that runs: this process.
    private Path file() {
        return directory.resolve("bash-" + ProcessHandle.current().pid() + "-1.jsonl");
    }

    private static String line(int n, String command) {
        return "\n{\"v\":1,\"n\":%d,\"start\":1000,\"duration\":5,\"exit\":0,\"shell\":\"bash\",\"session\":\"s\",\"host\":\"h\",\"author\":\"ada\",\"cwd\":\"/\",\"command\":\"%s\"}\n"
                .formatted(n, command);
    }

    private void write(Path file, String text) throws Exception {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<CommandEntry> all(Spool.Reading reading) throws Exception {
        return reading.take().stream().flatMap(one -> one.entries().stream()).toList();
    }

    @Test
    void aFileIsGoneOnlyWhenItIsDoneAndReadsTheSameUntilThen() throws Exception {
        var spool = new Spool(directory);
        write(file(), line(1, "one") + line(2, "one"));
        List<CommandEntry> first;
        // Killed after reading: nothing was said to be done.
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            first = all(reading);
        }
        assertThat(first).extracting(CommandEntry::command).containsExactly("one", "one");
        assertThat(first).extracting(CommandEntry::id).doesNotHaveDuplicates();
        write(file(), line(3, "three"));

        try (Spool.Reading reading = spool.read().orElseThrow()) {
            List<Spool.Taken> taken = reading.take();
            List<String> ids =
                    taken.stream()
                            .flatMap(one -> one.entries().stream())
                            .map(CommandEntry::id)
                            .toList();
            assertThat(ids).hasSize(3).containsAll(first.stream().map(CommandEntry::id).toList());
            for (Spool.Taken one : taken) {
                reading.done(one);
            }
        }
        assertThat(spool.hasLines()).isFalse();
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            assertThat(all(reading)).isEmpty();
        }
    }

    @Test
    void thereIsAlwaysAFileToAppendToAndOnlyItsOwnerReadsIt() throws Exception {
        var spool = new Spool(directory);
        write(file(), line(1, "one"));
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            assertThat(all(reading)).hasSize(1);
            assertThat(file()).isEmptyFile();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void whatAShellWritesToAFileItHasOpenIsNotLost() throws Exception {
        var spool = new Spool(directory);
        write(file(), line(1, "one"));
        try (var shell = Files.newOutputStream(file(), StandardOpenOption.APPEND)) {
            try (Spool.Reading reading = spool.read().orElseThrow()) {
                for (Spool.Taken one : reading.take()) {
                    assertThat(one.held()).isTrue();
                    reading.done(one);
                }
            }
            shell.write(line(2, "late").getBytes(StandardCharsets.UTF_8));
        }
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            assertThat(all(reading))
                    .extracting(CommandEntry::command)
                    .containsExactly("one", "late");
        }
    }

    @Test
    void aTornLastLineIsKept() throws Exception {
        var spool = new Spool(directory);
        write(file(), line(1, "one") + "\n{\"v\":1,\"comm");
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            List<Spool.Taken> taken = reading.take();
            assertThat(taken.getFirst().entries()).hasSize(1);
            reading.done(taken.getFirst());
        }
        assertThat(spool.leftovers()).hasSize(1).first().asString().endsWith(".torn");
        assertThat(Files.readString(directory.resolve(spool.leftovers().getFirst())))
                .isEqualTo("{\"v\":1,\"comm");
    }

    @Test
    void linesThatAreNoEntriesAreKeptAside() throws Exception {
        var spool = new Spool(directory);
        write(file(), "rubbish\n[]\n{\"v\":1}\n" + line(1, "one"));
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            List<Spool.Taken> taken = reading.take();
            assertThat(taken.getFirst().rejected()).hasSize(3);
            reading.done(taken.getFirst());
        }
        assertThat(Files.readAllLines(directory.resolve("rejected")))
                .containsExactly("rubbish", "[]", "{\"v\":1}");
    }

    @Test
    void bytesThatAreNoTextArriveWhole() throws Exception {
        var spool = new Spool(directory);
        byte[] line = line(1, "echo X").getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == 'X' ? (byte) 0xfe : line[i];
        }
        Files.write(file(), line);
        try (Spool.Reading reading = spool.read().orElseThrow()) {
            CommandEntry entry = all(reading).getFirst();
            assertThat(entry.command()).isEqualTo("echo \ufffd");
            assertThat(entry.content().text("commandBytes")).hasValue("ZWNobyD+");
        }
    }

    @Test
    void theDaemonWritesWhatTheReaderReads() throws Exception {
        var spool = new Spool(directory.resolve("new/spool"));
        CommandEntry entry =
                CommandEntry.of(EntryIds.of("t", "1"), 12_345, "make \"all\"\n\u0001")
                        .withNumber("exitCode", OptionalLong.of(2))
                        .withNumber("durationMs", OptionalLong.of(77))
                        .withText("cwd", Optional.of("/w"))
                        .withText("session", Optional.of("s9"))
                        .by(AuthorKind.AGENT, Optional.of("claude"));
        spool.append(entry);
        spool.append(entry);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool.directory())))
                .isEqualTo("rwx------");
        try (Spool.Reading reading = new Spool(spool.directory()).read().orElseThrow()) {
            List<CommandEntry> read = all(reading);
            assertThat(read).hasSize(2).extracting(CommandEntry::id).doesNotHaveDuplicates();
            assertThat(read.getFirst().content()).isEqualTo(entry.content());
            assertThat(read.getFirst().createdAtMs()).isEqualTo(12_345);
        }
    }

    @Test
    void oneReadsAtATime() throws Exception {
        var spool = new Spool(directory);
        try (Spool.Reading _ = spool.read().orElseThrow()) {
            assertThat(spool.read()).isEmpty();
        }
        assertThat(spool.read()).isPresent().get().satisfies(Spool.Reading::close);
    }
}
