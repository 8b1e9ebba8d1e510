package dev.roosthold.cli;

import picocli.CommandLine.Option;

/// Output for scripts.
final class JsonOption {
    @Option(names = "--json", description = "Prints JSON instead of text for people.")
    private boolean json;

    boolean wanted() {
        return json;
    }
}
