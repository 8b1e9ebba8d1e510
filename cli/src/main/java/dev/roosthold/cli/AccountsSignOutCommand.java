package dev.roosthold.cli;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.operator.OperatorTasks.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "sign-out",
        description = "Ends all sign-ins of an account, at once; its data stays.")
final class AccountsSignOutCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Parameters(index = "0", paramLabel = "ID", description = "As `roost accounts list` shows it.")
    private String id;

    @Mixin private RelayData data;

    @Override
    public Integer call() throws InterruptedException {
        Optional<Outcome> outcome;
        try {
            outcome = new Operator(data.existing()).signOut(new AccountId(id), PATIENCE);
        } catch (IOException e) {
            throw new CommandFailure(
                    "the account was not signed out: " + e.getMessage(), "Try it again.");
        }
        switch (outcome.orElse(null)) {
            case DONE -> System.out.println("Signed out " + id + " everywhere.");
            case NO_ACCOUNT ->
                    throw new CommandFailure(
                            "there is no account " + id,
                            "`roost accounts list` shows which there are.");
            case FAILED ->
                    throw new CommandFailure(
                            "the account was not signed out",
                            "The log says why. Give the command again when that is repaired.");
            case null ->
                    throw new CommandFailure(
                            "the relay has not signed the account out yet",
                            "It will: the wish stays in its database.");
        }
        return 0;
    }
}
