package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.store.Query;
import dev.roosthold.history.store.StoredEntry;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "stats", description = "Counts the commands that were run most.")
final class HistoryStatsCommand extends SyncAction {
    @Mixin private HistoryFilter filter;

    @Option(
            names = "--top",
            defaultValue = "10",
            paramLabel = "N",
            description = "How many (default: 10).")
    private int top;

    @Override
    int run() throws IOException, InterruptedException {
        try (History history = sync.history()) {
            HistoryCommand.refresh(sync, history);
            Query asked = filter.query(List.of(), false);
            List<StoredEntry> all =
                    history.store()
                            .search(
                                    new Query(
                                            List.of(),
                                            false,
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
                                            Query.MAX_LIMIT))
                            .entries();
            Map<String, Integer> counts = new HashMap<>();
            long failed = 0;
            for (StoredEntry one : all) {
                counts.merge(one.entry().command().strip().split("\\s+", 2)[0], 1, Integer::sum);
                failed += one.entry().exitCode().orElse(0) == 0 ? 0 : 1;
            }
            List<Map.Entry<String, Integer>> most =
                    counts.entrySet().stream()
                            .sorted(
                                    Map.Entry.<String, Integer>comparingByValue(
                                                    Comparator.reverseOrder())
                                            .thenComparing(Map.Entry.comparingByKey()))
                            .limit(Math.max(0, top))
                            .toList();
            List<String> lines = new ArrayList<>();
            lines.add(all.size() + " commands, " + failed + " failed");
            most.forEach(
                    one ->
                            lines.add(
                                    "%7d  %s"
                                            .formatted(
                                                    one.getValue(),
                                                    Printable.line(one.getKey(), 60))));
            sync.print(
                    JsonObject.empty()
                            .with("commands", all.size())
                            .with("failed", failed)
                            .withObjects(
                                    "top",
                                    most.stream()
                                            .map(
                                                    one ->
                                                            JsonObject.empty()
                                                                    .with("command", one.getKey())
                                                                    .with("count", one.getValue()))
                                            .toList()),
                    lines.toArray(String[]::new));
            return SyncStatus.DONE;
        }
    }
}
