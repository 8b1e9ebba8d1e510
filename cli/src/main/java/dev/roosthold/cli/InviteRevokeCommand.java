package dev.roosthold.cli;

import dev.roosthold.relay.auth.Invites;
import dev.roosthold.relay.store.Store;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "revoke", description = "Ends a code. Accounts that were created with it stay.")
final class InviteRevokeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Id from `roost invite list`, or the code itself.")
    private @Nullable String id;

    @Mixin private RelayData data;

    @Override
    public Integer call() {
        try (Store store = data.open()) {
            if (!Invites.revoke(store, Objects.requireNonNull(id))) {
                // The text may be a code: not repeated.
                throw new CommandFailure(
                        "there is no such code, or it is used up or expired",
                        "`roost invite list` shows the ids of those that can be used.");
            }
        }
        System.out.println("The code can no longer be used.");
        return 0;
    }
}
