package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Settings from the command line, the environment and the file, and what `roost config` says about
/// them.
final class SettingsTest {
    @TempDir Path directory;

    private record Result(int status, String out, String err) {}

    /// A command as others add to: options in a mixin, one that may be repeated.
    @Command(name = "sample")
    static final class Sample {
        @Mixin FrontOptions front = new FrontOptions();

        @Option(names = "--webhook-secret")
        String webhookSecret = "";
    }

    static final class FrontOptions {
        @Option(names = "--trusted-proxies", split = ",")
        List<String> proxies = new ArrayList<>();

        @Option(names = "--tls-key")
        Path tlsKey = Path.of("none");

        @Option(names = "--upstream")
        String upstream = "";
    }

    @Test
    void everyOptionIsShownWithWhereItComesFrom() throws IOException {
        Path file = write("# mine\n\nregistration = closed\nmetrics-port = off\n");

        Result result =
                run(
                        Map.of("ROOST_HOST", "127.0.0.2"),
                        "up",
                        "--config",
                        file.toString(),
                        "--port",
                        "4000",
                        "--print-config");

        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("Settings file: " + file + "\n");
        assertThat(line(result.out(), "--port")).containsPattern("4000 +command line +Port");
        assertThat(line(result.out(), "--host"))
                .containsPattern("127\\.0\\.0\\.2 +environment ROOST_HOST +Address");
        assertThat(line(result.out(), "--registration"))
                .containsPattern("closed +" + file + ":3 +Who");
        assertThat(line(result.out(), "--metrics-port")).containsPattern("off +" + file + ":4 ");
        assertThat(line(result.out(), "--log-level")).containsPattern("info +default ");
        assertThat(line(result.out(), "--data")).contains(System.getProperty("user.home"));
        assertThat(line(result.out(), "--public-url")).contains("(none)");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void noOptionOfUpIsMissingInTheTable() {
        var up = Objects.requireNonNull(Commands.all().getSubcommands().get("up"));
        Set<String> expected = new HashSet<>();
        for (OptionSpec option : up.getCommandSpec().options()) {
            expected.add(option.longestName());
        }
        expected.removeAll(Set.of("--help", "--version", "--config", "--print-config"));

        Result result = run(Map.of(), "config", "--json");

        var shown = new HashSet<String>();
        json(result.out()).path("options").forEach(o -> shown.add(o.path("option").asString()));
        assertThat(shown).isEqualTo(expected).hasSizeGreaterThan(7);
    }

    @Test
    void configTakesTheOptionsOfUpAndSpeaksJson() throws IOException {
        Path file = write("port = 3006\n");

        Result result =
                run(Map.of("ROOST_CONFIG", file.toString()), "config", "--json", "--host", "::1");

        JsonNode answer = json(result.out());
        assertThat(answer.path("settingsFile").asString()).isEqualTo(file.toString());
        assertThat(answer.path("settingsFileExists").asBoolean()).isTrue();
        JsonNode port = option(answer, "--port");
        assertThat(port.path("value").asString()).isEqualTo("3006");
        assertThat(port.path("source").asString()).isEqualTo("file");
        assertThat(port.path("place").asString()).isEqualTo(file + ":1");
        assertThat(option(answer, "--host").path("source").asString()).isEqualTo("command line");
        assertThat(option(answer, "--public-url").path("value").isNull()).isTrue();
    }

    @Test
    void configWithoutAnythingShowsTheDefaults() {
        Result result = run(Map.of(), "config");

        assertThat(result.status()).isZero();
        assertThat(line(result.out(), "--port")).containsPattern("3005 +default ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    port = abc           | :2: Invalid value for option '--port': 'abc' is not an int
                    port = 70000         | :2: --port 70000 is not between 0 and 65535
                    metrics-port = x     | :2: --metrics-port x is neither a port nor off
                    registration = maybe | :2: Invalid value for option '--registration'
                    expo-push = ftp://x  | :2: --expo-push ftp://x is neither
                    log-level = loud     | :2: Invalid value for option '--log-level'
                    prot = 1             | : prot (line 2)
                    config = /x          | : config (line 2)
                    host = \\u00         | :2: Malformed
                    """)
    void aWrongValueIsReportedWithFileAndLine(String text, String expected) throws IOException {
        Path file = write("# a comment\n" + text + "\n");

        Result result = run(Map.of(), "config", "--config", file.toString());

        assertThat(result.status()).isNotZero();
        assertThat(result.err()).startsWith("error: ").contains(file + expected);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aWrongValueInTheEnvironmentIsReportedWithItsName() {
        Result result = run(Map.of("ROOST_PORT", "abc"), "config");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith("error: ROOST_PORT: Invalid value");
    }

    @Test
    void aWrongValueOnTheCommandLineIsNotBlamedOnTheFile() throws IOException {
        Path file = write("port = 3006\n");

        Result result = run(Map.of(), "up", "--config=" + file, "--port", "abc");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith("Invalid value for option '--port'");
    }

    @Test
    void aKeyThatIsSetTwiceIsReportedWithBothLines() throws IOException {
        Path file = write("port = 1\n# a \\\nhost = \\\n  127.0.0.1\n\nport : 2\n");

        Result result = run(Map.of(), "config", "--config", file.toString());

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("error: " + file + ":6: port was set in line 1 already");
    }

    @Test
    void aFileThatWasNamedMustExistAndTheUsualOneNeedNot() {
        Path absent = directory.resolve("absent");

        assertThat(run(Map.of(), "config", "--config", absent.toString()).err())
                .startsWith("error: there is no settings file " + absent);
        assertThat(run(Map.of("ROOST_CONFIG", absent.toString()), "config").status()).isEqualTo(2);
    }

    @Test
    void variablesThatMatchNothingAreWarnedAboutOnceWithoutTheirValue() {
        Result result =
                run(
                        Map.of(
                                "ROOST_PROT", "my-value",
                                "ROOST_HSOT", "x",
                                "ROOST_JAVA_HOME", "/jdk",
                                "ROOST_TOKEN", "of-another-command",
                                "OTHER", "x"),
                        "config");

        assertThat(result.status()).isZero();
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .startsWith("warning: ")
                .contains("ROOST_HSOT, ROOST_PROT")
                .doesNotContain("my-value", "JAVA_HOME", "TOKEN");
    }

    @Test
    void optionsOfAMixinAndListsComeFromEverySource() throws IOException {
        Path file = write("trusted-proxies = 10.0.0.1,10.0.0.2\ntls-key = /etc/key\n");

        var fromFile = sample(file, Map.of());
        assertThat(fromFile.front.proxies).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(fromFile.front.tlsKey).isEqualTo(Path.of("/etc/key"));
        assertThat(sample(file, Map.of("ROOST_TRUSTED_PROXIES", "::1")).front.proxies)
                .containsExactly("::1");
        assertThat(
                        sample(
                                        file,
                                        Map.of("ROOST_TRUSTED_PROXIES", "::1"),
                                        "--trusted-proxies=1.1.1.1",
                                        "--trusted-proxies=2.2.2.2")
                                .front
                                .proxies)
                .containsExactly("1.1.1.1", "2.2.2.2");
    }

    @Test
    void secretsAreNotShownAndPathsToThemAre() throws IOException {
        Path file =
                write(
                        "webhook-secret = hunter2\ntls-key = /etc/key\n"
                                + "upstream = https://me:hunter2@example.org/x?key=hunter2\n"
                                + "trusted-proxies = 10.0.0.1,10.0.0.2\n");
        var command = new CommandLine(new Sample());
        command.setDefaultValueProvider(OptionSources.read(file, Map.of()));
        command.parseArgs();

        for (String shown :
                List.of(
                        SettingsTable.of(command.getCommandSpec()).asText(),
                        SettingsTable.of(command.getCommandSpec()).asJson())) {
            assertThat(shown)
                    .contains(SettingsTable.HIDDEN, "/etc/key", "10.0.0.1,10.0.0.2")
                    .contains("https://***@example.org/x?***")
                    .doesNotContain("hunter2");
        }
    }

    /// Otherwise it could have one value only in the environment and in the file.
    @Test
    void everyOptionThatMayBeRepeatedIsSplitAtCommas() {
        assertSplit(Commands.all());
    }

    private static void assertSplit(CommandLine command) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (option.isMultiValue()) {
                assertThat(option.splitRegex()).as(option.longestName()).isEqualTo(",");
            }
        }
        command.getSubcommands().values().forEach(SettingsTest::assertSplit);
    }

    private static Sample sample(Path file, Map<String, String> environment, String... args) {
        var sample = new Sample();
        var command = new CommandLine(sample);
        command.setDefaultValueProvider(OptionSources.read(file, environment));
        command.parseArgs(args);
        return sample;
    }

    private static String line(String text, String option) {
        return text.lines().filter(l -> l.startsWith(option + " ")).findFirst().orElseThrow();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static JsonNode option(JsonNode answer, String name) {
        for (JsonNode option : answer.path("options")) {
            if (option.path("option").asString().equals(name)) {
                return option;
            }
        }
        throw new AssertionError("no " + name);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("roost.properties"), text);
    }

    private static Result run(Map<String, String> environment, String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        var newOut = new ByteArrayOutputStream();
        var newErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
            int status = Main.run(args, environment);
            return new Result(
                    status,
                    newOut.toString(StandardCharsets.UTF_8),
                    newErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
