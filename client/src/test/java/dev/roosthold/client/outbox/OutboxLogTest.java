package dev.roosthold.client.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the file of the outbox still holds after everything that can happen to it.
class OutboxLogTest {
    private static final SessionId SESSION = new SessionId("s1");

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("home").resolve("outbox.log");
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long put(OutboxLog log, String localId, String text) {
        long number = log.append(SESSION, localId, text(text));
        log.force(number);
        return number;
    }

    /// `localId=text` of all that is kept.
    private static List<String> content(OutboxLog log) {
        return log.found().stream()
                .map(found -> found.localId() + "=" + log.read(found.number()).sealed())
                .toList();
    }

    private List<String> contentOf(Path other) {
        try (OutboxLog log = OutboxLog.open(other)) {
            return content(log);
        }
    }

    @Test
    void messagesAreThereAgainInTheirOrder() {
        try (OutboxLog log = OutboxLog.open(file)) {
            put(log, "a", "one");
            long two = put(log, "b", "zwei \u00fc \ud83d\ude00");
            put(log, "c", "");
            log.done(List.of(two));
        }
        try (OutboxLog log = OutboxLog.open(file)) {
            assertThat(content(log)).containsExactly("a=one", "c=");
            assertThat(put(log, "d", "four")).isGreaterThan(3);
        }
        assertThat(contentOf(file)).containsExactly("a=one", "c=", "d=four");
    }

    /// A crash can leave any prefix of what was being written.
    @Test
    void everyPrefixHoldsTheMessagesThatWereWhole() throws Exception {
        List<Long> ends = new ArrayList<>();
        try (OutboxLog log = OutboxLog.open(file)) {
            for (int i = 0; i < 6; i++) {
                put(log, "m" + i, "text of " + i);
                ends.add(Files.size(file));
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length; length++) {
            Path torn = folder.resolve("torn").resolve("outbox.log");
            Files.createDirectories(folder.resolve("torn"));
            Files.write(torn, Arrays.copyOf(whole, length));
            int cut = length;
            int expected = (int) ends.stream().filter(end -> end <= cut).count();
            try (OutboxLog log = OutboxLog.open(torn)) {
                assertThat(content(log)).hasSize(expected);
                put(log, "next", "after the crash");
            }
            assertThat(contentOf(torn)).hasSize(expected + 1).endsWith("next=after the crash");
            assertThat(folder.resolve("torn").resolve("outbox.log.damaged")).doesNotExist();
        }
    }

    @Test
    void filesAreThereAgainWithTheirMessagesAndGoneWhenNothingIsKept() throws Exception {
        long number;
        try (OutboxLog log = OutboxLog.open(file)) {
            put(log, "a", "one");
            number = log.append(SESSION, "f", text("about"), text("picture"));
            log.force(number);
            put(log, "b", "two");
        }
        byte[] whole = Files.readAllBytes(file);
        try (OutboxLog log = OutboxLog.open(file)) {
            assertThat(content(log)).containsExactly("a=one", "f=about", "b=two");
            assertThat(log.found().stream().map(OutboxLog.Found::fileBytes))
                    .containsExactly(0, 7, 0);
            assertThat(log.readFile(number)).asString().isEqualTo("picture");
            log.done(log.found().stream().map(OutboxLog.Found::number).toList());
        }
        assertThat(file).content().doesNotContain("picture");
        // A torn one was never taken.
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (OutboxLog log = OutboxLog.open(file)) {
                for (OutboxLog.Found found : log.found()) {
                    byte[] sealed = log.readFile(found.number());
                    assertThat(sealed.length).isEqualTo(found.localId().equals("f") ? 7 : 0);
                }
            }
        }
    }

    @Test
    void damagedBytesEndTheLogAndArePutAside() throws Exception {
        long first;
        try (OutboxLog log = OutboxLog.open(file)) {
            put(log, "a", "one");
            first = Files.size(file);
            put(log, "b", "two");
            put(log, "c", "three");
        }
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int round = 0; round < 40; round++) {
            byte[] damaged = bytes.clone();
            int at = (int) first + 8 + random.nextInt(19);
            damaged[at] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, damaged);
            assertThat(contentOf(file)).containsExactly("a=one");
            Path aside = file.resolveSibling("outbox.log.damaged");
            assertThat(Files.readAllBytes(aside))
                    .isEqualTo(Arrays.copyOfRange(damaged, (int) first, damaged.length));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(aside)))
                    .isEqualTo("rw-------");
        }
    }

    /// What a disk leaves behind a file that had grown when the power went.
    @Test
    void zerosAtTheEndAreCutOff() throws Exception {
        try (OutboxLog log = OutboxLog.open(file)) {
            put(log, "a", "one");
        }
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length + 5_000));
        assertThat(contentOf(file)).containsExactly("a=one");
        assertThat(Files.size(file)).isEqualTo(bytes.length);
    }

    @Test
    void fileStaysSmallWhileMessagesComeAndGo() throws Exception {
        String text = "x".repeat(20_000);
        try (OutboxLog log = OutboxLog.open(file)) {
            long kept = put(log, "kept", "to the end");
            for (int i = 0; i < 200; i++) {
                log.done(List.of(put(log, "m" + i, text)));
                assertThat(Files.size(file)).isLessThan(400_000);
            }
            assertThat(content(log)).containsExactly("kept=to the end");
            log.done(List.of(kept));
            log.done(List.of(put(log, "last", "x".repeat(400_000))));
            assertThat(Files.size(file)).isEqualTo(8);
            put(log, "new", "text");
        }
        assertThat(contentOf(file)).containsExactly("new=text");
        assertThat(file.resolveSibling("outbox.log.new")).doesNotExist();
    }

    /// A crash between writing the second file and its taking the first one's place.
    @Test
    void secondFileThatWasNotFinishedIsLeftOut() throws Exception {
        try (OutboxLog log = OutboxLog.open(file)) {
            put(log, "a", "one");
        }
        Files.copy(
                file, file.resolveSibling("outbox.log.new"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(contentOf(file)).containsExactly("a=one");
    }

    @Test
    void ownerAloneMayReadItAndOneProgramUsesIt() throws Exception {
        Files.createDirectories(file.getParent());
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        try (OutboxLog log = OutboxLog.open(file)) {
            put(log, "a", "one");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() -> OutboxLog.open(file))
                    .isInstanceOf(OutboxException.class)
                    .hasMessageContaining("another program");
        }
        assertThat(contentOf(file)).containsExactly("a=one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"something else", "ROOSTOB2"})
    void fileOfAnotherKindIsNotTouched(String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThatThrownBy(() -> OutboxLog.open(file)).isInstanceOf(OutboxException.class);
        assertThat(file).hasContent(text);
    }

    @Test
    void interruptedWriterDamagesNothing() throws Exception {
        try (OutboxLog log = OutboxLog.open(file)) {
            Thread.currentThread().interrupt();
            put(log, "a", "one");
            assertThat(Thread.interrupted()).isTrue();
            put(log, "b", "two");
            assertThat(content(log)).containsExactly("a=one", "b=two");
        }
    }
}
