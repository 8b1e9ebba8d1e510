package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.sync.config.SyncOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class QuickAnswersTest {
    private static final Map<String, String> NOTHING = Map.of();

    @TempDir Path home;

    private record Said(int status, String out) {}

    private static Said said(String[] args, ToIntFunction<String[]> run) {
        PrintStream out = System.out;
        var bytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
            return new Said(run.applyAsInt(args), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
        }
    }

    private static void areTheSame(String... args) {
        Said quick = said(args, all -> QuickAnswers.to(all, NOTHING).orElseThrow());
        assertThat(quick).isEqualTo(said(args, all -> Main.runInFull(all, NOTHING)));
        assertThat(quick.out()).isNotBlank();
    }

    @Test
    void quickAnswersAreThoseOfTheCommands() throws Exception {
        areTheSame("--version");
        areTheSame("-V");
        areTheSame("status", "--home=" + home);
        areTheSame("status", "--home", home.toString(), "--json");
        areTheSame("daemon", "status", "--json", "--home=" + home);
        // Written by a daemon that was killed.
        Files.writeString(home.resolve("daemon.json"), "{}");
        areTheSame("status", "--home=" + home);
        assertThat(said(new String[] {"status", "--home=" + home}, QuickAnswersTest::status))
                .isEqualTo(
                        new Said(
                                3,
                                "The machine daemon is not running; start it with `roost daemon"
                                        + " start`.\n"));
    }

    private static Optional<SyncOptions> inFull(String... args) {
        CommandLine command = new CommandLine(new SyncDaemonCommand());
        var result =
                command.parseArgs(List.of(args).subList(2, args.length).toArray(String[]::new));
        Map<String, String> given = SyncDaemonCommand.given(command.getCommandSpec());
        // It is none of the settings.
        given.remove("--background");
        return Optional.of(
                new SyncOptions(given, result.matchedOptionValue("--background", false)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sync daemon",
                "sync daemon --background",
                "sync daemon --relay wss://relay.example/jazz?key=a=b",
                "sync daemon --relay=wss://relay.example/jazz --background --log-level trace",
                "sync daemon --socket=/tmp/s --cache ~/c --log-file=a,b --metrics-listen 127.0.0.1:1"
            })
    void theSyncDaemonGetsTheSameOptions(String line) {
        String[] words = line.split(" ");
        assertThat(QuickAnswers.syncDaemon(words)).isEqualTo(inFull(words)).isPresent();
    }

    @Test
    void everyOptionOfTheSyncDaemonIsKnown() {
        assertThat(new CommandLine(new SyncDaemonCommand()).getCommandSpec().options())
                .filteredOn(option -> !option.longestName().equals("--background"))
                .extracting(option -> option.longestName())
                .containsExactlyInAnyOrderElementsOf(SyncDaemonCommand.OPTIONS);
    }

    @Test
    void aSyncDaemonThatCannotStartEndsTheSameWay() {
        String[] args = {"sync", "daemon", "--relay=http://relay.example"};
        Map<String, String> somewhere = Map.of("HOME", home.toString());
        assertThat(QuickAnswers.to(args, somewhere)).hasValue(78);
        assertThat(Main.runInFull(args, somewhere)).isEqualTo(78);
    }

    private static int status(String... args) {
        return QuickAnswers.to(args, NOTHING).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--version --json",
                "daemon",
                "daemon start",
                "status --jsn",
                "status --json --json",
                "status --home",
                "status --home=",
                "status --home=a --home=b",
                "status --config=x",
                "status --help",
                "status x",
                "sync",
                "sync status",
                "sync daemon x",
                "sync daemon --help",
                "sync daemon --relay",
                "sync daemon --relay=",
                "sync daemon --relay --background",
                "sync daemon --relay=wss://a --relay=wss://b",
                "sync daemon --background --background",
                "sync daemon --background=true",
                "sync daemon --cache=${HOME}/c",
                "sync daemon --cache \"c\"",
                "sync daemon --cache @file",
                "sync daemon --rel=wss://a",
                "sync daemon --config=x"
            })
    void everythingElseGoesTheUsualWay(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        words.remove("");
        assertThat(QuickAnswers.to(words.toArray(String[]::new), NOTHING))
                .isEqualTo(OptionalInt.empty());
    }

    @Test
    void settingsFromElsewhereGoTheUsualWay() {
        String[] args = {"status", "--json"};
        for (String name : List.of("ROOST_CONFIG", "ROOST_HOEM", "ROOST_DATA_DIR")) {
            assertThat(QuickAnswers.to(args, Map.of(name, "x"))).isEqualTo(OptionalInt.empty());
        }
        assertThat(
                        said(
                                args,
                                all ->
                                        QuickAnswers.to(
                                                        all,
                                                        Map.of(
                                                                "ROOST_HOME",
                                                                home.toString(),
                                                                "ROOST_JAVA_OPTS",
                                                                "-Xmx99m"))
                                                .orElseThrow()))
                .isEqualTo(new Said(3, "{\"running\":false,\"online\":false}\n"));
    }
}
