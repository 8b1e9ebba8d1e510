package dev.roosthold.cli;

import dev.roosthold.client.files.PrivateFiles;
import dev.roosthold.history.Exported;
import dev.roosthold.history.History;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        description = "Writes everything of the account, decrypted, as JSON.",
        footer = {"", "Exit status: 0 all of it, 7 all but entries that cannot be read."})
final class SyncExportCommand extends SyncAction {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "File to write, readable by you alone (default: standard output).")
    private @Nullable Path out;

    @Override
    int run() throws IOException, InterruptedException {
        try (History history = sync.history();
                SyncClient client = sync.connect()) {
            Exported exported = history.export(client);
            if (out == null) {
                System.out.println(Codec.printText(exported.json().tree()));
            } else {
                PrivateFiles.write(out.toAbsolutePath(), Codec.print(exported.json().tree()));
                sync.print(
                        JsonObject.empty()
                                .with("file", out.toString())
                                .with("unreadable", exported.unreadable()),
                        "Written to " + out + ", in plaintext: keep it safe.");
            }
            if (exported.unreadable() > 0) {
                System.err.println(
                        exported.unreadable()
                                + " entries cannot be read and are missing; `roost sync verify` names"
                                + " them.");
                return SyncStatus.PARTLY;
            }
            return SyncStatus.DONE;
        }
    }
}
