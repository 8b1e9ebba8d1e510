package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.protocol.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "reset",
        description = {
            "Takes this computer out: removes what the sync daemon has, unsent entries too.",
            "The history of this computer and its keys stay."
        })
final class SyncResetCommand extends SyncAction {
    @Option(names = "--confirm", description = "Does not ask.")
    private boolean confirm;

    @Option(
            names = "--remote",
            description =
                    "Deletes everything for your other computers too. The relay must be connected;"
                            + " the ciphertext stays on it.")
    private boolean remote;

    @Override
    int run() throws InterruptedException {
        try (SyncClient client = sync.connect();
                History history = sync.history()) {
            SyncReplies.Status status = client.status().orThrow();
            long unsent =
                    status.pendingUp()
                            + status.failed()
                            + history.store().count(EntryState.PENDING);
            if (!confirm) {
                System.err.println(
                        unsent == 0
                                ? "Everything of this computer has been sent."
                                : unsent
                                        + " entries of this computer have not reached the relay; your"
                                        + " other computers will never get them.");
                if (remote) {
                    System.err.println(
                            "Everything is deleted on all your computers that are connected.");
                }
                if (!Ask.yes("Take this computer out?")) {
                    throw new CommandFailure("nothing was removed", "--confirm answers yes.");
                }
            }
            SyncReplies.WasReset done = client.reset(remote).orThrow();
            sync.print(
                    JsonObject.empty()
                            .with("removedEntries", done.removedEntries())
                            .with("discardedQueue", done.discardedQueue()),
                    "This computer syncs no more. Its own history is still there; `roost sync join`"
                            + " takes it in again.");
            return SyncStatus.DONE;
        }
    }
}
