package dev.roosthold.history.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class EntryTest {
    private static final String ID = "0b0e0a00-0000-8000-8000-000000000001";

    @Test
    void section12_5_membersThatAreNotKnownAreKept() {
        byte[] plaintext =
                "{\"prompt\":\"why\",\"command\":\"ls\",\"exitCode\":3,\"future\":{\"a\":[1]}}"
                        .getBytes(StandardCharsets.UTF_8);
        CommandEntry entry = CommandEntry.read(ID, 5, "device", plaintext);

        assertThat(entry.command()).isEqualTo("ls");
        assertThat(entry.exitCode()).hasValue(3);
        CommandEntry changed = entry.withText("cwd", Optional.of("/tmp"));
        assertThat(Codec.parse(changed.plaintext()).path("future").toString())
                .isEqualTo("{\"a\":[1]}");
        assertThat(changed.toString()).doesNotContain("ls ").contains(ID);
    }

    @Test
    void section12_5_anEntryTellsWhoRanIt() {
        CommandEntry entry =
                CommandEntry.of(ID, 1000, "make")
                        .by(AuthorKind.AGENT, Optional.of("claude"))
                        .withText("session", Optional.of("s1"))
                        .withNumber("durationMs", OptionalLong.of(20));
        CommandEntry read = CommandEntry.read(ID, 1000, "d", entry.plaintext());

        assertThat(read.author()).hasValue("claude");
        assertThat(read.authorKind()).hasValue(AuthorKind.AGENT);
        assertThat(read.session()).hasValue("s1");
        assertThat(read.endedAtMs()).hasValue(1020);
    }

    @Property(tries = 500)
    void anyBytesComeBackFromTheirText(@ForAll @Size(max = 60) byte[] bytes) {
        String text = RawText.decode(bytes);
        assertThat(RawText.bytes(text)).isEqualTo(bytes);
        assertThat(RawText.isPlain(RawText.shown(text))).isTrue();
    }

    @Property(tries = 200)
    void textStaysAsItIs(@ForAll String text) {
        String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(RawText.decode(valid.getBytes(StandardCharsets.UTF_8))).isEqualTo(valid);
    }

    @Test
    void bytesThatAreNoTextAreKeptBesideWhatIsShown() {
        CommandEntry entry =
                CommandEntry.of(ID, 1, RawText.decode(new byte[] {'e', (byte) 0xff, 'x'}));
        assertThat(entry.command()).isEqualTo("e\ufffdx");
        assertThat(entry.content().text("commandBytes")).hasValue("Zf94");
    }

    @Test
    void idsFollowFromTheirPartsAndAreUuids() {
        String id = EntryIds.of("kind", "a", "bc");
        assertThat(id)
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
                .isEqualTo(EntryIds.of("kind", "a", "bc"))
                .isNotEqualTo(EntryIds.of("kind", "ab", "c"))
                .isNotEqualTo(EntryIds.of("other", "a", "bc"));
    }

    @Test
    void harmIsSeenRoughly() {
        assertThat(SafetyLevel.of("ls -l")).isEqualTo(SafetyLevel.SAFE);
        assertThat(SafetyLevel.of("mv a b")).isEqualTo(SafetyLevel.MODERATE);
        assertThat(SafetyLevel.of("sudo ls")).isEqualTo(SafetyLevel.HIGH);
        assertThat(SafetyLevel.of("rm -rf build")).isEqualTo(SafetyLevel.HIGH);
        assertThat(SafetyLevel.of("rm -rf /")).isEqualTo(SafetyLevel.CRITICAL);
        assertThat(SafetyLevel.of("dd if=x of=/dev/sda")).isEqualTo(SafetyLevel.CRITICAL);
    }
}
