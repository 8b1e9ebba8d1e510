package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.backup.BackupException;
import dev.roosthold.relay.backup.Restore;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Puts a backup into an empty or absent folder, after checking all of it.",
            "Start the relay on it with `roost up --data DIR`."
        })
final class RestoreCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "BACKUP", description = "What `roost backup` made.")
    private Path backup;

    @Parameters(index = "1", paramLabel = "DIR", description = "Where the data goes.")
    private Path target;

    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        Restore.Report report;
        try {
            report = Operator.restore(backup, target);
        } catch (BackupException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e.advice());
        }
        if (json.wanted()) {
            System.out.println(Codec.printText(report));
            return 0;
        }
        System.out.printf(
                Locale.ROOT,
                "Restored %d files, %.1f MB, into %s%n",
                report.files(),
                report.bytes() / 1e6,
                target);
        System.out.println("What was acknowledged after " + report.mark() + " is not there.");
        System.out.println(
                "Devices that were revoked and accounts that were deleted since then are back: end"
                        + " them again.");
        return 0;
    }
}
