package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.HistoryException;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncConnectionException;
import dev.roosthold.history.ipc.SyncRefusedException;
import dev.roosthold.history.keys.KeyFileException;
import dev.roosthold.history.store.Page;
import dev.roosthold.history.store.StoredEntry;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "history",
        description = {
            "Searches the commands of all your computers, of persons and agents, newest first.",
            "Words are looked for anywhere in a command; all must be there."
        },
        footer = {"", "Exit status: 0 something was found, 1 nothing was."},
        subcommands = {
            HistoryCommand.Search.class,
            HistoryPickCommand.class,
            HistoryImportCommand.class,
            HistoryExportCommand.class,
            HistoryHookCommand.class,
            HistoryDeleteCommand.class,
            HistoryExcludeCommand.class,
            HistoryStatsCommand.class
        })
final class HistoryCommand extends SyncAction {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryCommand.class);

    @Mixin private HistoryFilter filter;

    @Option(names = "--once", description = "Shows each command once, as of its last run.")
    private boolean once;

    @Parameters(arity = "0..*", paramLabel = "WORD", description = "What to look for.")
    private List<String> words = List.of();

    @Override
    int run() throws IOException, InterruptedException {
        return search(sync, filter, words, once);
    }

    @Command(name = "search", description = "The same as `roost history WORD ...`.")
    static final class Search extends SyncAction {
        @Mixin private HistoryFilter filter;

        @Option(names = "--once", description = "Shows each command once, as of its last run.")
        private boolean once;

        @Parameters(arity = "0..*", paramLabel = "WORD", description = "What to look for.")
        private List<String> words = List.of();

        @Override
        int run() throws IOException, InterruptedException {
            return search(sync, filter, words, once);
        }
    }

    private static int search(
            SyncAccess sync, HistoryFilter filter, List<String> words, boolean once)
            throws IOException, InterruptedException {
        try (History history = sync.history()) {
            refresh(sync, history);
            Page page = history.store().search(filter.query(words, once));
            Style style = Style.ofOutput();
            sync.print(
                    JsonObject.empty()
                            .withObjects(
                                    "entries",
                                    page.entries().stream().map(HistoryRows::json).toList())
                            .with("more", page.next().isPresent()),
                    page.entries().stream()
                            .map((StoredEntry one) -> HistoryRows.line(one, style))
                            .toArray(String[]::new));
            return page.entries().isEmpty() ? SyncStatus.FAILED : SyncStatus.DONE;
        }
    }

    /// Takes over what the shells wrote, and what other computers did as far as the sync daemon
    /// knows. A search never waits for a daemon to come up, and never fails because of one.
    static void refresh(SyncAccess sync, History history) throws IOException, InterruptedException {
        if (!history.keyFile().exists()) {
            history.drain(Optional.empty());
            return;
        }
        try {
            Optional<SyncClient> client = sync.running();
            if (client.isEmpty()) {
                history.drain(Optional.empty());
                var _ = sync.starter(sync.config()).start();
                return;
            }
            try (SyncClient daemon = client.get()) {
                history.drain(client);
                history.pull(daemon, _ -> {});
            }
        } catch (SyncConnectionException
                | SyncRefusedException
                | HistoryException
                | KeyFileException e) {
            LOG.debug("the search goes on without the sync daemon: {}", e.getMessage());
            history.drain(Optional.empty());
        }
    }
}
