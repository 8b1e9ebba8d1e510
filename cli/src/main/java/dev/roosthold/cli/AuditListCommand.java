package dev.roosthold.cli;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Entry;
import dev.roosthold.relay.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Shows the latest entries of the log, newest first.",
        showDefaultValues = true)
final class AuditListCommand implements Callable<Integer> {
    private static final int MAX = 100_000;

    @Option(names = "--account", paramLabel = "ID", description = "Only entries of one account.")
    private @Nullable String account;

    @Option(names = "--limit", defaultValue = "100", description = "How many, 1 to 100000.")
    private int limit;

    @Option(names = "--json", description = "Prints a JSON array.")
    private boolean json;

    @Mixin private RelayData data;

    /// What `--json` prints for an entry.
    private record Shown(
            long number,
            long at,
            @Nullable String account,
            @Nullable Long accountNumber,
            @Nullable String device,
            @Nullable String address,
            String kind,
            Map<String, String> details,
            String hash) {
        Shown(Entry entry) {
            this(
                    entry.number(),
                    entry.at(),
                    entry.account(),
                    entry.accountNumber(),
                    entry.device(),
                    entry.address(),
                    entry.kind(),
                    entry.detailFields(),
                    entry.hash());
        }
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MAX) {
            throw new CommandFailure("--limit " + limit + " is not between 1 and " + MAX, "");
        }
        if (account != null && account.isBlank()) {
            throw new CommandFailure("--account has no id", "");
        }
        List<Entry> entries;
        try (Store store = data.open()) {
            entries =
                    store.readNow(
                            sql ->
                                    account == null
                                            ? Audit.newest(sql, Long.MAX_VALUE, limit)
                                            : Audit.newestOf(
                                                    sql,
                                                    new AccountId(account),
                                                    Long.MAX_VALUE,
                                                    limit));
        }
        if (json) {
            System.out.println(Codec.printText(entries.stream().map(Shown::new).toList()));
            return 0;
        }
        if (entries.isEmpty()) {
            System.out.println("No entries.");
        }
        entries.forEach(entry -> System.out.println(line(entry)));
        return 0;
    }

    private static String line(Entry entry) {
        var parts = new ArrayList<String>();
        parts.add("%6d".formatted(entry.number()));
        parts.add(Instant.ofEpochSecond(entry.at() / 1000).toString());
        parts.add("%-21s".formatted(entry.kind()));
        parts.add(entry.account() == null ? "relay" : entry.account());
        parts.add(entry.device() == null ? "-" : entry.device());
        parts.add(entry.address() == null ? "-" : entry.address());
        parts.add(
                entry.detailFields().entrySet().stream()
                        .map(field -> field.getKey() + "=" + field.getValue())
                        .collect(Collectors.joining(" ")));
        // Ids may be any text that a client chose: nothing of it must move the cursor.
        return String.join("  ", parts).replaceAll("\\p{Cntrl}", "?").stripTrailing();
    }
}
