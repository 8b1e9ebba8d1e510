package dev.roosthold.cli.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.RecoveryText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a person does in a real browser leaves nothing of its secrets with the relay.
@Tag("peers")
class BrowserCanaryTest {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path RUN = Path.of("..", "web", "e2e", "run.mjs");

    @TempDir Path folder;

    @Test
    void whatABrowserKnowsIsNotWithTheRelay() throws Exception {
        requireBrowser();
        Path home = folder.resolve("relay");
        Path log = folder.resolve("relay.log");
        Path heap = folder.resolve("relay.hprof");
        Path told = folder.resolve("secrets.json");
        Secrets secrets = new Secrets();
        try (RoostUp relay = RoostUp.start(home, log, "open")) {
            runBrowser(relay, told);
            collect(secrets, JsonMapper.shared().readTree(Files.readString(told)));
            String metrics = relay.fetchMetrics();
            relay.dumpHeap(heap);

            assertThat(Haystack.inFiles(secrets.notStored(), home)).as("files").isEmpty();
            assertThat(Haystack.inRows(secrets.notStored(), relay.data())).as("rows").isEmpty();
            assertThat(secrets.notTold().in(Haystack.stream(metrics))).as("metrics").isEmpty();
            relay.stop();
        }
        assertThat(Haystack.inFile(secrets.ofClients(), heap)).as("memory").isEmpty();
        assertThat(Haystack.inFile(secrets.notTold(), log)).as("log").isEmpty();
        assertThat(secrets.count()).isGreaterThan(7);
    }

    private void runBrowser(RoostUp relay, Path told) throws Exception {
        Path output = folder.resolve("browser.log");
        Process test =
                new ProcessBuilder(
                                "node",
                                RUN.toString(),
                                "--url",
                                relay.url().toString(),
                                "--secrets",
                                told.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = test.waitFor(300, TimeUnit.SECONDS);
        if (!ended) {
            test.destroyForcibly().waitFor();
        }
        assertThat(ended).as(Files.readString(output)).isTrue();
        assertThat(test.exitValue()).as(Files.readString(output)).isZero();
    }

    private static void collect(Secrets secrets, JsonNode told) {
        MasterSecret master = RecoveryText.parse(told.path("recovery").asString());
        AccountKeys keys = AccountKeys.of(master);
        secrets.key("the master secret", master.bytes());
        secrets.key("the content secret key", keys.contentSecretKey().bytes());
        byte[] accountKey = Base64.getUrlDecoder().decode(told.path("accountKey").asString());
        assertThat(accountKey).isEqualTo(keys.contentPublicKey().bytes());
        secrets.key("the content public key", accountKey);
        int number = 0;
        for (JsonNode text : told.path("texts")) {
            secrets.given("text " + number++, text.asString());
        }
        for (JsonNode token : told.path("tokens")) {
            secrets.token("token " + number++, token.asString());
        }
    }

    private static void requireBrowser() {
        if (Files.isExecutable(BROWSER)) {
            return;
        }
        assertThat(System.getenv("CI")).as("no browser at %s", BROWSER).isNull();
        System.err.println("SKIPPED: no browser at " + BROWSER + "; install chromium");
        assumeTrue(false, "no browser at " + BROWSER);
    }
}
