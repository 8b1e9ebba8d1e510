package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.backup.Backup;
import dev.roosthold.relay.backup.BackupException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "backup",
        description = {
            "Saves everything the relay has, whether it runs or not.",
            "A backup holds the relay's keys: keep it as safe as the relay itself."
        })
final class BackupCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "FILE.tar.gz|DIR",
            description = "Where to: an archive when it ends in .tar.gz or .tgz, else a folder.")
    private Path target;

    @Option(names = "--force", description = "Replaces an earlier backup of that name.")
    private boolean force;

    @Mixin private JsonOption json;
    @Mixin private DataOption data;

    @Override
    public Integer call() {
        Backup.Report report;
        try {
            report = new Operator(data.config()).backup(target, force);
        } catch (BackupException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e.advice());
        }
        if (json.wanted()) {
            System.out.println(Codec.printText(report));
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "Saved %d files, %.1f MB, in %s%n",
                    report.files(),
                    report.bytes() / 1e6,
                    report.target());
            System.out.println(
                    "Everything that was acknowledged before " + report.mark() + " is inside.");
        }
        if (report.lost() > 0) {
            System.err.println(
                    "warning: "
                            + report.lost()
                            + " attachments had lost their file before and are not inside; see"
                            + " `roost doctor`");
        }
        if (!report.noted()) {
            System.err.println(
                    "warning: "
                            + data.path()
                            + " cannot be written, so `roost doctor` will not know"
                            + " of this backup");
        }
        return 0;
    }
}
