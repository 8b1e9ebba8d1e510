package dev.roosthold.cli;

import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.Operator;
import dev.roosthold.relay.operator.AccountOverview;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "list", description = "Shows who has an account, and what it takes.")
final class AccountsListCommand implements Callable<Integer> {
    private static final String FORM = "%-26s %-20s %7s %8s %8s %9s %10s  %s%n";

    @Mixin private JsonOption json;
    @Mixin private RelayData data;

    @Override
    public Integer call() {
        List<AccountOverview> accounts = new Operator(data.existing()).accounts();
        if (json.wanted()) {
            System.out.println(Codec.printText(accounts));
            return 0;
        }
        System.out.printf(
                Locale.ROOT,
                FORM,
                "ID",
                "CREATED",
                "DEVICES",
                "MACHINES",
                "SESSIONS",
                "MESSAGES",
                "MB",
                "LAST SEEN");
        for (AccountOverview account : accounts) {
            System.out.printf(
                    Locale.ROOT,
                    FORM,
                    account.id(),
                    time(account.createdAtMs()),
                    account.devices(),
                    account.machines(),
                    account.sessions(),
                    account.messages(),
                    String.format(Locale.ROOT, "%.1f", account.bytes() / 1e6),
                    account.lastSeenMs() == 0 ? "-" : time(account.lastSeenMs()));
        }
        return 0;
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
