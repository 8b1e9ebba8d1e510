package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

final class OptionSourcesTest {
    @TempDir Path directory;

    @Command(name = "sample")
    static final class Sample {
        @Option(names = "--port", defaultValue = "3005")
        int port;

        @Option(names = "--public-url")
        String publicUrl = "";
    }

    @Test
    void optionWinsOverEnvironmentOverFileOverDefault() throws IOException {
        Path file = write("port = 1\npublic-url = https://from.file\n");

        assertThat(parse(file, Map.of("ROOST_PORT", "2"), "--port", "3").port).isEqualTo(3);
        assertThat(parse(file, Map.of("ROOST_PORT", "2")).port).isEqualTo(2);
        assertThat(parse(file, Map.of()).port).isEqualTo(1);
        assertThat(parse(directory.resolve("absent"), Map.of()).port).isEqualTo(3005);
    }

    @Test
    void dashesInAnOptionAreUnderscoresInItsVariable() throws IOException {
        Sample sample = parse(write(""), Map.of("ROOST_PUBLIC_URL", "https://from.env"));

        assertThat(sample.publicUrl).isEqualTo("https://from.env");
    }

    @Test
    void unknownKeyStopsTheStartAndIsNamed() throws IOException {
        Path file = write("prot = 1\n");

        assertThatThrownBy(() -> parse(file, Map.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("prot");
    }

    @Test
    void theMetricsPortCanBeTurnedOffInEverySource() throws IOException {
        Path file = write("metrics-port = off\n");

        OptionSources.read(file, Map.of()).refuseUnknownKeys(Commands.all());
        assertThat(metricsPort(file, Map.of())).isEqualTo("off");
        assertThat(metricsPort(write(""), Map.of("ROOST_METRICS_PORT", "0"))).isEqualTo("0");
        assertThat(metricsPort(write(""), Map.of())).isEqualTo("9090");
    }

    private static String metricsPort(Path file, Map<String, String> environment) {
        CommandLine command = Commands.all().setCaseInsensitiveEnumValuesAllowed(true);
        command.setDefaultValueProvider(OptionSources.read(file, environment));
        return command.parseArgs("up")
                .subcommand()
                .commandSpec()
                .findOption("--metrics-port")
                .getValue();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("roost.properties"), text);
    }

    private static Sample parse(Path file, Map<String, String> environment, String... args) {
        Sample sample = new Sample();
        CommandLine command = new CommandLine(sample);
        OptionSources sources = OptionSources.read(file, environment);
        sources.refuseUnknownKeys(command);
        command.setDefaultValueProvider(sources);
        command.parseArgs(args);
        return sample;
    }
}
