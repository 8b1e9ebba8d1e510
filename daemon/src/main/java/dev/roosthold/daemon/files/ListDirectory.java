package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `listDirectory {path}`: `{success, entries, truncated?}`, directories first, then by name. A
/// directory with more than fits is cut in the system's order and says so.
record ListDirectory(Supplier<Roots> roots) implements RpcMethod {
    private static final int MAX_ENTRIES = 5_000;
    private static final int MAX_COST = 600_000;

    /// Of an entry, without its name.
    private static final int ENTRY_COST = 80;

    @Override
    public JsonNode answer(Params params) throws IOException, InterruptedException {
        List<ObjectNode> entries = new ArrayList<>();
        boolean cut = false;
        try (Place place = roots.get().resolve(params.text("path"));
                Directory directory = place.openDirectory()) {
            int cost = 0;
            for (Iterator<Path> names = directory.names(); names.hasNext() && !cut; ) {
                Path name = names.next();
                cost += ENTRY_COST + Entries.cost(name.toString());
                cut = entries.size() >= MAX_ENTRIES || cost > MAX_COST;
                if (!cut) {
                    add(directory, name, entries);
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(
                Comparator.comparing(
                                (ObjectNode entry) ->
                                        !entry.path("type").asString().equals("directory"))
                        .thenComparing(entry -> entry.path("name").asString()));
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("success", true);
        result.putArray("entries").addAll(entries);
        if (cut) {
            result.put("truncated", true);
        }
        return result;
    }

    private static void add(Directory directory, Path name, List<ObjectNode> entries)
            throws IOException {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("name", name.toString());
        try {
            Entries.describe(entry, directory.attributes(name));
            entries.add(entry);
        } catch (NoSuchFileException _) {
            // Removed since it was listed.
        }
    }
}
