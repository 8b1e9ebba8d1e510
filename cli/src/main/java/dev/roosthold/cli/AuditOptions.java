package dev.roosthold.cli;

import dev.roosthold.relay.audit.Audit;
import java.time.Duration;
import picocli.CommandLine.Option;

/// How much of the audit log a relay keeps.
final class AuditOptions {
    @Option(
            names = "--audit-age",
            defaultValue = "730d",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description = "Entries of the audit log that are older are dropped.")
    private Duration age;

    @Option(
            names = "--audit-entries",
            defaultValue = "1000000",
            paramLabel = "NUMBER",
            description =
                    "Newest entries of the audit log that are kept, of all accounts together.")
    private long entries;

    Audit.Retention retention() {
        if (entries < 1_000) {
            throw new CommandFailure("--audit-entries " + entries + " is less than 1000", "");
        }
        return new Audit.Retention(age, entries);
    }
}
