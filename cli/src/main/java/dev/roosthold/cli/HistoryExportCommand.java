package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.keys.OwnerFiles;
import dev.roosthold.history.store.Page;
import dev.roosthold.history.store.Query;
import dev.roosthold.history.store.StoredEntry;
import dev.roosthold.protocol.Codec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Writes the history of this computer, one JSON object per line, newest first.",
            "It is plaintext. `roost sync export` writes what the account holds."
        })
final class HistoryExportCommand extends SyncAction {
    private static final int PAGE = 1000;

    @Mixin private HistoryFilter filter;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "File to write, readable by you alone (default: standard output).")
    private @Nullable Path out;

    @Parameters(arity = "0..*", paramLabel = "WORD", description = "Only commands with these.")
    private List<String> words = List.of();

    @Override
    int run() throws IOException, InterruptedException {
        try (History history = sync.history()) {
            history.drain(java.util.Optional.empty());
            if (out == null) {
                write(history, System.out);
            } else {
                OwnerFiles.prepare(out);
                try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(out))) {
                    write(history, file);
                }
            }
            return SyncStatus.DONE;
        }
    }

    private void write(History history, OutputStream to) throws IOException {
        Query asked = filter.query(words, false);
        Query query =
                new Query(
                        asked.words(),
                        asked.fuzzy(),
                        asked.machine(),
                        asked.directory(),
                        asked.exitCode(),
                        asked.failed(),
                        asked.author(),
                        asked.authorKind(),
                        asked.session(),
                        asked.sinceMs(),
                        asked.untilMs(),
                        asked.before(),
                        false,
                        PAGE);
        while (true) {
            Page page = history.store().search(query);
            for (StoredEntry one : page.entries()) {
                to.write(
                        (Codec.printText(HistoryRows.json(one).tree()) + "\n")
                                .getBytes(StandardCharsets.UTF_8));
            }
            if (page.next().isEmpty()) {
                to.flush();
                return;
            }
            query = query.withBefore(page.next());
        }
    }
}
