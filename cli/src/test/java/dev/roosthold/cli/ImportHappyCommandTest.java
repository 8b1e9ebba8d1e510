package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Relay;
import dev.roosthold.relay.RelayConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class ImportHappyCommandTest {
    private static final String DUMP =
            """
            COPY public."Account" (id, "publicKey", seq, "createdAt", "settingsVersion") FROM stdin;
            ada\td75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\t3\t2026-01-01 00:00:00\t0
            MORE\\.
            COPY public."Session" (id, tag, "accountId", metadata, "metadataVersion", "agentStateVersion", seq, "lastActiveAt", "createdAt", "updatedAt") FROM stdin;
            s1\twork\tada\tbQ==\t0\t0\t0\t2026-01-01 00:00:00\t2026-01-01 00:00:00\t2026-01-01 00:00:00
            \\.
            -- PostgreSQL database dump complete
            """;

    @TempDir private Path folder;

    private record Run(int status, String out, String err) {}

    @Test
    void aCleanImportEndsWithZeroAndADryRunMakesNothing() throws IOException {
        Path dump = dump("");
        Run dry = run("import-happy", dump.toString(), "--data", data(), "--dry-run");
        assertThat(dry.status()).isZero();
        assertThat(dry.out()).contains("This was a dry run").containsPattern("sessions +1 +1 ");
        assertThat(folder.resolve("data")).doesNotExist();

        Run run = run("import-happy", dump.toString(), "--data", data());
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .containsPattern("accounts +1 +1 ")
                .contains("messages         no such table")
                .contains("HAPPY_SERVER_URL")
                .contains("Imported into " + data());

        Run again = run("import-happy", dump.toString(), "--data", data());
        assertThat(again.status()).isZero();
        assertThat(again.out())
                .contains("There was nothing new to import")
                .doesNotContain("Imported into");
    }

    @Test
    void rowsThatCouldNotBeTakenEndWithThreeAndTheReportNamesThem() throws IOException {
        Path dump = dump("bad\tzz\t0\t2026-01-01 00:00:00\t0\n");
        Run run = run("import-happy", "--json", dump.toString(), "--data", data());
        assertThat(run.status()).isEqualTo(3);
        JsonNode report = Codec.parse(run.out().getBytes(StandardCharsets.UTF_8));
        assertThat(report.path("kinds").get(0).path("problems").asInt()).isEqualTo(1);
        assertThat(report.path("findings").get(0).path("examples").get(0).asString())
                .isEqualTo("bad");
    }

    @Test
    void aRunningRelayIsRefusedWithAWayOut() throws IOException {
        Path dump = dump("");
        var config = RelayConfig.defaults().withPort(0).withDataDirectory(folder.resolve("data"));
        try (Relay _ = Relay.start(config)) {
            Run run = run("import-happy", dump.toString(), "--data", data());
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err()).contains("another relay is using").contains("stop it");
        }
    }

    @Test
    void aBrokenDumpIsRefusedAndNothingIsMade() throws IOException {
        Path dump = dump("");
        Files.writeString(dump, Files.readString(dump).replace("\\.\n-- Post", "-- Post"));
        Run run = run("import-happy", dump.toString(), "--data", data());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("of the dump: ").contains("Nothing was imported");
        assertThat(run.out()).isEmpty();
        assertThat(folder.resolve("data")).doesNotExist();

        Run nowhere =
                run("import-happy", dump("").toString(), "--temp", folder.resolve("no").toString());
        assertThat(nowhere.status()).isEqualTo(1);
        assertThat(nowhere.err()).contains("there is no directory").contains("--temp");
    }

    @Test
    void conflictsEndWithThreeAndNothingIsReplaced() throws IOException {
        assertThat(run("import-happy", dump("").toString(), "--data", data()).status()).isZero();
        Path dump = dump("");
        Files.writeString(dump, Files.readString(dump).replace("bQ==", "eA=="));
        Run run = run("import-happy", dump.toString(), "--data", data());
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.out()).contains("conflict: 1 of sessions: ").contains("left as it is");
    }

    @Test
    void thePasswordIsNotRepeatedAndItsPlaceIsRemarkedOn() throws IOException {
        Run run =
                run(
                        "import-happy",
                        "postgresql://me:s3cretword@127.0.0.1:1/happy",
                        "--data",
                        data());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains("cannot connect to the database on 127.0.0.1:1")
                .contains("the password stands in the command line");
        assertThat(run.out() + run.err()).doesNotContain("s3cretword");
        Run other = run("import-happy", "mysql://me:s3cretword@host/db", "--data", data());
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.out() + other.err()).doesNotContain("s3cretword");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private Path dump(String moreAccounts) throws IOException {
        return Files.writeString(folder.resolve("happy.sql"), DUMP.replace("MORE", moreAccounts));
    }

    private Run run(String... args) throws IOException {
        Path settings = Files.writeString(folder.resolve("roost.properties"), "");
        PrintStream out = System.out;
        PrintStream err = System.err;
        var printed = new ByteArrayOutputStream();
        var complained = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
        try {
            int status = Main.run(args, Map.of("ROOST_CONFIG", settings.toString()));
            return new Run(
                    status,
                    printed.toString(StandardCharsets.UTF_8),
                    complained.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
