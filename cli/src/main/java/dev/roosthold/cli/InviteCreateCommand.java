package dev.roosthold.cli;

import dev.roosthold.relay.auth.Invites;
import dev.roosthold.relay.store.Store;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "create",
        description = {
            "Prints a new code. It is shown once; the relay keeps only its hash.",
            "It works unless the relay runs with --registration closed."
        },
        showDefaultValues = true)
final class InviteCreateCommand implements Callable<Integer> {
    @Option(
            names = "--uses",
            defaultValue = "1",
            description = "Accounts that can be created with it, 1 to 10000.")
    private int uses;

    @Option(
            names = "--expires",
            defaultValue = "24h",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description = "How long it is valid: a number with m, h or d.")
    private Duration expires;

    @Mixin private RelayData data;

    @Override
    public Integer call() {
        if (uses < 1 || uses > 10_000) {
            throw new CommandFailure("--uses " + uses + " is not between 1 and 10000", "");
        }
        try (Store store = data.open()) {
            System.out.println(Invites.create(store, uses, expires).code());
        }
        return 0;
    }
}
