package dev.roosthold.history.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.history.entry.CommandEntry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HistoryImportTest {
    @TempDir Path directory;

    private List<CommandEntry> read(HistoryImport kind, byte[] content) throws Exception {
        Path file = directory.resolve("history");
        Files.write(file, content);
        return kind.read(file, "box", "ada");
    }

    private List<CommandEntry> read(HistoryImport kind, String content) throws Exception {
        return read(kind, content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bashWithoutTimes() throws Exception {
        List<CommandEntry> entries = read(HistoryImport.BASH, "ls\n\necho a\nls\n");
        assertThat(entries).extracting(CommandEntry::command).containsExactly("ls", "echo a", "ls");
        assertThat(entries).extracting(CommandEntry::id).doesNotHaveDuplicates();
        assertThat(entries).extracting(CommandEntry::createdAtMs).isSorted();
        assertThat(entries.getFirst().host()).hasValue("box");
        assertThat(entries.getFirst().author()).hasValue("ada");
        assertThat(read(HistoryImport.BASH, "ls\n\necho a\nls\nnew\n"))
                .extracting(CommandEntry::id)
                .startsWith(entries.stream().map(CommandEntry::id).toArray(String[]::new));
    }

    @Test
    void bashWithTimesAndCommandsOfSeveralLines() throws Exception {
        List<CommandEntry> entries =
                read(
                        HistoryImport.BASH,
                        "#1700000000\nfor i in 1\ndo\n  echo $i\ndone\n#1700000005\nls\n");
        assertThat(entries)
                .extracting(CommandEntry::command)
                .containsExactly("for i in 1\ndo\n  echo $i\ndone", "ls");
        assertThat(entries.getLast().createdAtMs()).isEqualTo(1_700_000_005_000L);
    }

    @Test
    void zshInItsExtendedFormWithItsOwnBytes() throws Exception {
        var content = new ByteArrayOutputStream();
        content.writeBytes(": 1700000000:12;echo a\\\necho b\n".getBytes(StandardCharsets.UTF_8));
        content.writeBytes("plain\n".getBytes(StandardCharsets.UTF_8));
        content.writeBytes(": 1700000009:0;echo ".getBytes(StandardCharsets.UTF_8));
        // zsh writes bytes from 0x83 to 0xa2 as 0x83 and the byte with bit 5 turned over.
        for (byte b : "ƃđ日".getBytes(StandardCharsets.UTF_8)) {
            int value = b & 0xff;
            if (value >= 0x83 && value <= 0xa2) {
                content.write(0x83);
                content.write(value ^ 0x20);
            } else {
                content.write(value);
            }
        }
        content.write('\n');
        List<CommandEntry> entries = read(HistoryImport.ZSH, content.toByteArray());
        assertThat(entries)
                .extracting(CommandEntry::command)
                .containsExactly("echo a\necho b", "plain", "echo ƃđ日");
        assertThat(entries.getFirst().durationMs()).hasValue(12_000);
        assertThat(entries.getFirst().createdAtMs()).isEqualTo(1_700_000_000_000L);
    }

    /// What zsh itself writes, if it is here.
    @Test
    void whatZshWritesIsRead() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")));
        Path file = directory.resolve("zsh_history");
        Process zsh =
                new ProcessBuilder(
                                "zsh",
                                "-f",
                                "-i",
                                "-c",
                                "HISTFILE="
                                        + file
                                        + "; HISTSIZE=10; SAVEHIST=10; setopt extendedhistory;"
                                        + " print -rs 'echo ümläut ƃ日'; print -s $'a\\nb'; print -rs"
                                        + " 'ends with \\'; fc -W")
                        .inheritIO()
                        .start();
        assertThat(zsh.waitFor(10, TimeUnit.SECONDS)).isTrue();
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(file));
        assertThat(HistoryImport.ZSH.read(file, "box", "ada"))
                .extracting(CommandEntry::command)
                .containsExactly("echo ümläut ƃ日", "a\nb", "ends with \\");
    }

    @Test
    void fish() throws Exception {
        List<CommandEntry> entries =
                read(
                        HistoryImport.FISH,
                        """
                        - cmd: echo a\\nb \\\\n
                          when: 1700000000
                          paths:
                            - /tmp
                        - cmd: ls
                          when: 1700000001
                        """);
        assertThat(entries)
                .extracting(CommandEntry::command)
                .containsExactly("echo a\nb \\n", "ls");
        assertThat(entries.getFirst().createdAtMs()).isEqualTo(1_700_000_000_000L);
    }

    @Test
    void atuin() throws Exception {
        Path file = directory.resolve("history.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE history (id TEXT PRIMARY KEY, timestamp INTEGER NOT NULL, duration"
                            + " INTEGER NOT NULL, exit INTEGER NOT NULL, command TEXT NOT NULL, cwd TEXT"
                            + " NOT NULL, session TEXT NOT NULL, hostname TEXT NOT NULL, deleted_at"
                            + " INTEGER)");
            statement.executeUpdate(
                    "INSERT INTO history VALUES ('0190a0b0c0d070e08090a0b0c0d0e0f0',"
                            + " 1700000000123456789, 2000000, 1, 'make', '/w', 's', 'laptop:ada', NULL),"
                            + " ('0190a0b0c0d070e08090a0b0c0d0e0f1', 1700000001000000000, -1, -1, 'ls',"
                            + " 'unknown', 's', 'laptop:ada', NULL),"
                            + " ('0190a0b0c0d070e08090a0b0c0d0e0f2', 1, 1, 1, 'gone', '/', 's', 'l:a', 5)");
        }
        List<CommandEntry> entries = HistoryImport.ATUIN.read(file, "box", "me");
        assertThat(entries).extracting(CommandEntry::command).containsExactly("make", "ls");
        CommandEntry make = entries.getFirst();
        assertThat(make.id()).isEqualTo("0190a0b0-c0d0-70e0-8090-a0b0c0d0e0f0");
        assertThat(make.createdAtMs()).isEqualTo(1_700_000_000_123L);
        assertThat(make.durationMs()).hasValue(2);
        assertThat(make.exitCode()).hasValue(1);
        assertThat(make.host()).hasValue("laptop");
        assertThat(make.author()).hasValue("ada");
        assertThat(entries.getLast().exitCode()).isEmpty();
        assertThat(entries.getLast().cwd()).isEmpty();

        Path other = directory.resolve("other.db");
        Files.writeString(other, "no database at all, but long enough to be looked at");
        assertThatThrownBy(() -> HistoryImport.ATUIN.read(other, "box", "me"))
                .isInstanceOf(ImportException.class);
    }

    @Test
    void usualPlaces() {
        Path home = Path.of("/home/ada");
        assertThat(HistoryImport.BASH.usualFile(home, Map.of()))
                .isEqualTo(home.resolve(".bash_history"));
        assertThat(HistoryImport.ZSH.usualFile(home, Map.of("ZDOTDIR", "/z")))
                .isEqualTo(Path.of("/z/.zsh_history"));
        assertThat(HistoryImport.FISH.usualFile(home, Map.of()))
                .isEqualTo(home.resolve(".local/share/fish/fish_history"));
        assertThat(HistoryImport.ATUIN.usualFile(home, Map.of("XDG_DATA_HOME", "/x")))
                .isEqualTo(Path.of("/x/atuin/history.db"));
    }
}
