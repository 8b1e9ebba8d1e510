package dev.roosthold.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The first root directory of a machine.
final class RootOption {
    @Option(
            names = "--root",
            defaultValue = ".",
            paramLabel = "DIR",
            description =
                    "What is done here for your account stays inside (default: this directory)."
                            + " `roost daemon roots` changes it later.")
    private Path root;

    Path path() {
        return root;
    }
}
