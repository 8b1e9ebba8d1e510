package dev.roosthold.cli;

import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.protocol.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "queue",
        description = "What waits to be sent, and what could not be.",
        subcommands = {
            SyncQueueCommand.Show.class,
            SyncQueueCommand.Retry.class,
            SyncQueueCommand.Discard.class
        })
final class SyncQueueCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "`list`, `retry` or `discard`?");
    }

    static JsonObject json(SyncReplies.QueueItem item) {
        return JsonObject.empty()
                .with("queueId", item.queueId())
                .with("id", item.id())
                .with("type", item.type())
                .with("operation", item.operation())
                .with("status", item.status())
                .with("attempts", item.attempts())
                .with("createdAt", item.createdAtMs())
                .withNumber("lastAttemptAt", item.lastAttemptAtMs())
                .withText("errorCode", item.errorCode())
                .withText("errorMessage", item.errorMessage());
    }

    static String line(SyncReplies.QueueItem item, long now) {
        String why =
                switch (item.errorCode().orElse("")) {
                    case "" -> "";
                    case "EXPIRED" -> "  waited too long and is not sent by itself any more";
                    default -> "  " + item.errorCode().get() + " " + item.errorMessage().orElse("");
                };
        return Printable.line(
                item.queueId()
                        + "  "
                        + item.status()
                        + "  "
                        + item.type()
                        + " "
                        + item.id()
                        + "  "
                        + Ago.of(item.createdAtMs(), now)
                        + "  attempts "
                        + item.attempts()
                        + why,
                300);
    }

    @Command(name = "list", description = "Shows the queue, oldest first.")
    static final class Show extends SyncAction {
        @Option(names = "--failed", description = "Only what could not be sent.")
        private boolean failed;

        @Option(names = "--pending", description = "Only what waits.")
        private boolean pending;

        @Option(
                names = {"-n", "--limit"},
                defaultValue = "100",
                paramLabel = "N",
                description = "At most so many, 1 to 1000 (default: 100).")
        private int limit;

        @Override
        int run() throws InterruptedException {
            Optional<String> status =
                    failed == pending
                            ? Optional.empty()
                            : Optional.of(failed ? "failed" : "pending");
            try (SyncClient client = sync.connect()) {
                SyncReplies.Queue queue =
                        client.queue(status, Math.clamp(limit, 1, 1000)).orThrow();
                long now = System.currentTimeMillis();
                List<String> lines = new ArrayList<>();
                queue.items().forEach(item -> lines.add(line(item, now)));
                lines.add(
                        queue.total() == 0
                                ? "Nothing waits and nothing failed."
                                : queue.items().size() + " of " + queue.total() + " shown.");
                sync.print(
                        JsonObject.empty()
                                .with("total", queue.total())
                                .withObjects(
                                        "items",
                                        queue.items().stream()
                                                .map(SyncQueueCommand::json)
                                                .toList()),
                        lines.toArray(String[]::new));
                return SyncStatus.DONE;
            }
        }
    }

    @Command(name = "retry", description = "Sends again what failed or waited too long.")
    static final class Retry extends SyncAction {
        @Parameters(
                arity = "0..*",
                paramLabel = "NUMBER",
                description = "Numbers from `queue list`; without any, all that failed.")
        private List<Long> ids = List.of();

        @Override
        int run() throws InterruptedException {
            try (SyncClient client = sync.connect()) {
                long count = client.retry(ids).orThrow();
                sync.print(
                        JsonObject.empty().with("retried", count),
                        count + " entries are sent again.");
                return SyncStatus.DONE;
            }
        }
    }

    @Command(
            name = "discard",
            description = {
                "Lets entries go that wait or failed: they are never sent to your other computers.",
                "They stay in the history of this computer."
            })
    static final class Discard extends SyncAction {
        @Parameters(
                arity = "1..*",
                paramLabel = "NUMBER",
                description = "Numbers from `queue list`.")
        private List<Long> ids = List.of();

        @Option(names = "--confirm", description = "Does not ask.")
        private boolean confirm;

        @Override
        int run() throws InterruptedException {
            if (!confirm && !Ask.yes(ids.size() + " entries will never be sent. Let them go?")) {
                throw new CommandFailure("nothing was discarded", "--confirm answers yes.");
            }
            try (SyncClient client = sync.connect()) {
                long count = client.discard(ids).orThrow();
                sync.print(
                        JsonObject.empty().with("discarded", count), count + " entries discarded.");
                return SyncStatus.DONE;
            }
        }
    }
}
