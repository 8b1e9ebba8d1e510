package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.imports.HistoryImport;
import dev.roosthold.history.imports.ImportException;
import dev.roosthold.history.spool.Spool;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.config.SyncFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Takes over the history that bash, zsh, fish or atuin has kept; without a kind, all that"
                    + " are there.",
            "Doing it again adds only what is new. Commands that look like secrets stay on this"
                    + " computer."
        })
final class HistoryImportCommand extends SyncAction {
    @Parameters(arity = "0..1", paramLabel = "KIND", description = "bash, zsh, fish or atuin.")
    private @Nullable HistoryImport kind;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "The file, if it is not at its usual place.")
    private @Nullable Path file;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Whose history it is (default: you).")
    private @Nullable String user;

    @Override
    int run() throws IOException, InterruptedException {
        if (file != null && kind == null) {
            throw new CommandFailure(
                    "--file: of which kind is it?",
                    "As in `roost history import zsh --file FILE`.",
                    SyncStatus.USAGE);
        }
        List<HistoryImport> kinds = kind == null ? List.of(HistoryImport.values()) : List.of(kind);
        List<String> lines = new ArrayList<>();
        List<JsonObject> done = new ArrayList<>();
        try (History history = sync.history()) {
            long before = history.store().count(EntryState.LOCAL);
            for (HistoryImport one : kinds) {
                Path from =
                        file == null
                                ? one.usualFile(
                                        SyncFiles.home(sync.environment()), sync.environment())
                                : file;
                if (!Files.exists(from)) {
                    if (kind != null) {
                        throw new CommandFailure("there is no " + from, "--file names another.");
                    }
                    continue;
                }
                List<CommandEntry> entries = read(one, from);
                int added = history.add(entries);
                lines.add(from + ": " + entries.size() + " commands, " + added + " new");
                done.add(
                        JsonObject.empty()
                                .with("kind", one.name().toLowerCase(Locale.ROOT))
                                .with("file", from.toString())
                                .with("read", entries.size())
                                .with("added", added));
            }
            long kept = history.store().count(EntryState.LOCAL) - before;
            if (kept > 0) {
                lines.add(kept + " of them stay on this computer: they may hold secrets.");
            }
            if (done.isEmpty()) {
                lines.add("Nothing was found to take over.");
            } else if (history.keyFile().exists()) {
                lines.add("`roost sync push` sends them to your other computers.");
            }
            sync.print(
                    JsonObject.empty().withObjects("imports", done).with("local", kept),
                    lines.toArray(String[]::new));
            return SyncStatus.DONE;
        }
    }

    private List<CommandEntry> read(HistoryImport one, Path from) throws IOException {
        try {
            return one.read(
                    from, Spool.hostName(), user == null ? System.getProperty("user.name") : user);
        } catch (ImportException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }
}
