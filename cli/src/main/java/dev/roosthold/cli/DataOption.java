package dev.roosthold.cli;

import dev.roosthold.relay.RelayConfig;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Where the relay keeps everything.
final class DataOption {
    @Option(
            names = "--data",
            defaultValue = "${sys:user.home}/.roost",
            paramLabel = "DIR",
            description = "Where the relay keeps everything.")
    private Path data;

    Path path() {
        return data;
    }

    RelayConfig config() {
        return RelayConfig.defaults().withDataDirectory(path());
    }
}
