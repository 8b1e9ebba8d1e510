package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.protocol.JsonObject;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "delete",
        description = {
            "Deletes commands here and on your other computers, by the ids that --json shows.",
            "The ciphertext stays on the relay and in the logs of the computers: a secret that was in"
                    + " a command must be replaced."
        })
final class HistoryDeleteCommand extends SyncAction {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of entries.")
    private List<String> ids = List.of();

    @Option(names = "--confirm", description = "Does not ask.")
    private boolean confirm;

    @Override
    int run() throws InterruptedException {
        try (History history = sync.history()) {
            boolean shared = false;
            for (String id : ids) {
                shared |= history.isShared(id);
            }
            if (!confirm && !Ask.yes("Delete " + ids.size() + " commands for ever?")) {
                throw new CommandFailure("nothing was deleted", "--confirm answers yes.");
            }
            if (shared) {
                try (SyncClient client = sync.connect()) {
                    delete(history, Optional.of(client));
                }
            } else {
                delete(history, Optional.empty());
            }
            sync.print(
                    JsonObject.empty().with("deleted", ids.size()),
                    ids.size()
                            + " deleted."
                            + (shared
                                    ? " If one held a secret, replace it: its ciphertext stays on"
                                            + " the relay."
                                    : ""));
            return SyncStatus.DONE;
        }
    }

    private void delete(History history, Optional<SyncClient> client) throws InterruptedException {
        for (String id : ids) {
            history.delete(id, client);
        }
    }
}
