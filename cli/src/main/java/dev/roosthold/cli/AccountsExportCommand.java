package dev.roosthold.cli;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.operator.AccountExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = "Writes what the relay has of an account into a folder, encrypted as it is.")
final class AccountsExportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "ID", description = "As `roost accounts list` shows it.")
    private String id;

    @Parameters(index = "1", paramLabel = "DIR", description = "A folder that does not exist yet.")
    private Path target;

    @Mixin private JsonOption json;
    @Mixin private RelayData data;

    @Override
    public Integer call() {
        AccountExport.Report report;
        try {
            report =
                    new Operator(data.existing())
                            .export(new AccountId(id), target)
                            .orElseThrow(
                                    () ->
                                            new CommandFailure(
                                                    "there is no account " + id,
                                                    "`roost accounts list` shows which there are."));
        } catch (IOException e) {
            throw new CommandFailure("nothing was exported: " + e.getMessage(), "");
        }
        if (json.wanted()) {
            System.out.println(Codec.printText(report));
        } else {
            System.out.println(
                    "Wrote "
                            + report.rows()
                            + " rows and "
                            + report.files()
                            + " attachments to "
                            + report.target());
        }
        return 0;
    }
}
