package dev.roosthold.daemon.files;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `getDirectoryTree {path, maxDepth}`: `{success, tree, truncated?}`. Depth 0 is the directory
/// alone. Links are not followed and not listed; a directory that may not be read has no
/// `children`. Where depth, count, size or time end it, the tree is cut and says so.
///
/// Directories are gone through with a stack of open handles, one for each level.
record DirectoryTree(Supplier<Roots> roots) implements RpcMethod {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NODES = 5_000;
    private static final int MAX_COST = 600_000;

    /// Of a node, without its name and path.
    private static final int NODE_COST = 100;

    private static final Duration MAX_TIME = Duration.ofSeconds(10);

    @Override
    public JsonNode answer(Params params) throws IOException, InterruptedException {
        int depth = (int) params.number("maxDepth", 3, 0, MAX_DEPTH);
        try (Place place = roots.get().resolve(params.text("path"));
                Tour tour = new Tour(depth)) {
            ObjectNode tree = tour.take(place);
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("success", true);
            result.set("tree", tree);
            if (tour.cut) {
                result.put("truncated", true);
            }
            return result;
        }
    }

    /// A directory that is being gone through.
    private record Level(Directory directory, Iterator<Path> names, List<ObjectNode> children) {}

    private static final class Tour implements AutoCloseable {
        private final int maxDepth;
        private final long end = System.nanoTime() + MAX_TIME.toNanos();
        private final Deque<Level> levels = new ArrayDeque<>();
        private final Deque<ObjectNode> owners = new ArrayDeque<>();
        private int nodes;
        private int cost;
        boolean cut;

        Tour(int maxDepth) {
            this.maxDepth = maxDepth;
        }

        ObjectNode take(Place place) throws IOException, InterruptedException {
            Path real = place.real();
            Path fileName = real.getFileName();
            BasicFileAttributes attributes = place.directory().attributes(place.name());
            ObjectNode top = node(fileName == null ? real : fileName, real, attributes);
            if (attributes.isDirectory() && maxDepth > 0) {
                enter(place.openDirectory(), top);
            }
            while (!levels.isEmpty()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                step(levels.element());
            }
            return top;
        }

        private void step(Level level) {
            Path name;
            try {
                if (cut || !level.names().hasNext()) {
                    leave();
                    return;
                }
                name = level.names().next();
            } catch (DirectoryIteratorException _) {
                leave();
                return;
            }
            try {
                BasicFileAttributes attributes = level.directory().attributes(name);
                if (attributes.isSymbolicLink()) {
                    return;
                }
                Path path = level.directory().real().resolve(name).normalize();
                cost += NODE_COST + Entries.cost(name.toString()) + Entries.cost(path.toString());
                if (++nodes > MAX_NODES || cost > MAX_COST || System.nanoTime() > end) {
                    cut = true;
                    return;
                }
                ObjectNode child = node(name, path, attributes);
                level.children().add(child);
                if (attributes.isDirectory() && levels.size() < maxDepth) {
                    enter(level.directory().child(name), child);
                }
            } catch (IOException _) {
                // Removed since it was listed, or not to be read: shown as far as it is known.
            }
        }

        private void enter(Directory directory, ObjectNode owner) {
            levels.push(new Level(directory, directory.names(), new ArrayList<>()));
            owners.push(owner);
        }

        private void leave() {
            Level level = levels.pop();
            level.directory().close();
            level.children()
                    .sort(
                            Comparator.comparing(
                                            (ObjectNode child) ->
                                                    !child.path("type")
                                                            .asString()
                                                            .equals("directory"))
                                    .thenComparing(child -> child.path("name").asString()));
            ArrayNode children = owners.pop().putArray("children");
            children.addAll(level.children());
        }

        private static ObjectNode node(Path name, Path path, BasicFileAttributes attributes) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("name", name.toString());
            node.put("path", path.toString());
            Entries.describe(node, attributes);
            return node;
        }

        @Override
        public void close() {
            levels.forEach(level -> level.directory().close());
        }
    }
}
