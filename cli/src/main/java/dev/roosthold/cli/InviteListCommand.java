package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.auth.Invites;
import dev.roosthold.relay.auth.Invites.Invite;
import dev.roosthold.relay.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description =
                "Shows the codes that can still be used: not the codes themselves, which nobody"
                        + " can read again, but an id for each.")
final class InviteListCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Prints a JSON array.")
    private boolean json;

    @Mixin private RelayData data;

    @Override
    public Integer call() {
        try (Store store = data.open()) {
            List<Invite> invites = Invites.list(store, System.currentTimeMillis());
            if (json) {
                System.out.println(Codec.printText(invites));
                return 0;
            }
            if (invites.isEmpty()) {
                System.out.println("No codes. `roost invite create` makes one.");
                return 0;
            }
            System.out.println("ID            USES  EXPIRES");
            for (Invite invite : invites) {
                System.out.printf(
                        "%s  %4d  %s%n",
                        invite.id(),
                        invite.usesLeft(),
                        Instant.ofEpochSecond(invite.expiresAt() / 1000));
            }
        }
        return 0;
    }
}
