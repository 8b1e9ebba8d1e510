package dev.roosthold.cli;

import dev.roosthold.daemon.Enrolment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the credential of this computer lives.
final class HomeOption {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Where this computer keeps its credential (default: ~/.roost).")
    private @Nullable Path home;

    Path path() {
        return home == null ? Enrolment.defaultHome() : home;
    }
}
