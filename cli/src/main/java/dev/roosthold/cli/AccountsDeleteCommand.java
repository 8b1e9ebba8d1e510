package dev.roosthold.cli;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.operator.OperatorTasks.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "delete",
        description = "Deletes an account and all its data, for good and at once.")
final class AccountsDeleteCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Parameters(index = "0", paramLabel = "ID", description = "As `roost accounts list` shows it.")
    private String id;

    @Option(names = "--yes", description = "Does not ask for the id a second time.")
    private boolean yes;

    @Mixin private RelayData data;

    @Override
    public Integer call() throws InterruptedException {
        var account = new AccountId(id);
        var operator = new Operator(data.existing());
        if (!operator.exists(account)) {
            throw unknown();
        }
        if (!yes) {
            confirm();
        }
        Optional<Outcome> outcome;
        try {
            outcome = operator.deleteAccount(account, PATIENCE);
        } catch (IOException e) {
            throw new CommandFailure(
                    "the account was not deleted: " + e.getMessage(), "Try it again.");
        }
        switch (outcome.orElse(null)) {
            case DONE -> System.out.println("Deleted " + id + ".");
            case NO_ACCOUNT -> throw unknown();
            case FAILED ->
                    throw new CommandFailure(
                            "the account is closed, but not all of its data could be deleted",
                            "The log says why. Give the command again when that is repaired.");
            case null ->
                    throw new CommandFailure(
                            "the relay has not deleted the account yet",
                            "It will: the wish stays in its database. `roost accounts list` shows"
                                    + " when it is gone.");
        }
        return 0;
    }

    private void confirm() {
        System.err.println("This deletes the account and all its data, and cannot be undone.");
        System.err.print("Type its id again to go on: ");
        System.err.flush();
        String answer;
        try {
            answer =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                            .readLine();
        } catch (IOException e) {
            answer = null;
        }
        if (answer == null || !answer.strip().equals(id)) {
            throw new CommandFailure("nothing was deleted", "The id was not the same.");
        }
    }

    private CommandFailure unknown() {
        return new CommandFailure(
                "there is no account " + id, "`roost accounts list` shows which there are.");
    }
}
