package dev.roosthold.cli;

import dev.roosthold.relay.RelayConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the relay keeps everything.
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the relay keeps everything (default: ~/.roost).")
    private @Nullable Path data;

    Path path() {
        return data == null ? RelayConfig.defaults().dataDirectory() : data;
    }
}
