package dev.roosthold.cli;

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
}
