package dev.roosthold.relay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The form of an entry that its hash is made of. The hashes were computed apart from this program,
/// from the description.
class EntryTest {

    @Test
    void theHashIsTheOneOfTheDescribedForm() {
        var entry =
                new Entry(
                        7,
                        1_764_070_000_000L,
                        "cacc",
                        3L,
                        "cdev",
                        "192.0.2.1",
                        "machine-remove",
                        "{\"machine\":\"m-ü\"}",
                        "0".repeat(64),
                        "");
        assertThat(entry.contentHash())
                .isEqualTo("cbe323953bb527f672c59c1154fbdd9194d4ce5cc40ac9c260aeedc8f01f89d2");
    }

    @Test
    void absentFieldsAreNotEmptyOnes() {
        var entry =
                new Entry(
                        1,
                        1_764_070_000_000L,
                        null,
                        null,
                        null,
                        null,
                        "invite-create",
                        "{\"invite\":\"abc\"}",
                        "0".repeat(64),
                        "");
        assertThat(entry.contentHash())
                .isEqualTo("f0834e8c4c3b590beacc2621c64609717db301364e0706afc6026dbd0ca28e0c");
    }

    @Test
    void detailsAreBoundedWhateverAClientCallsItself() {
        Details details =
                Details.of("target", "\ud83d\ude00".repeat(1_000)).and("method", "\ud800");
        assertThat(details.json().length()).isLessThan(1_200);
        assertThat(details.fields().get("target")).isEqualTo("\ud83d\ude00".repeat(256));
        assertThat(details.fields().get("method")).isEqualTo("?");
    }
}
