package dev.roosthold.daemon.shell;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/// The files below a directory, one line each, for machines without `rg`. Links are not followed;
/// `.git` is left out. Ignore files are not read.
///
/// @param hidden whether names that begin with a dot are listed
record FileList(boolean hidden) {
    private static final int MAX_LENGTH = 220_000;
    private static final int MAX_VISITED = 200_000;
    private static final int MAX_DEPTH = 64;
    private static final Duration MAX_TIME = Duration.ofSeconds(10);

    private record Level(Directory directory, Iterator<Path> names, String prefix) {}

    BoundedText.Shown below(Roots roots, Path top) throws IOException, InterruptedException {
        long end = System.nanoTime() + MAX_TIME.toNanos();
        StringBuilder lines = new StringBuilder();
        Deque<Level> levels = new ArrayDeque<>();
        try (Place place = roots.resolve(top.toString())) {
            Directory first = place.openDirectory();
            levels.push(new Level(first, first.names(), ""));
            for (int visited = 0; !levels.isEmpty(); visited++) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (visited > MAX_VISITED
                        || lines.length() > MAX_LENGTH
                        || System.nanoTime() > end) {
                    return new BoundedText.Shown(lines.toString(), true);
                }
                step(levels, lines);
            }
            return new BoundedText.Shown(lines.toString(), false);
        } finally {
            levels.forEach(level -> level.directory().close());
        }
    }

    private void step(Deque<Level> levels, StringBuilder lines) {
        Level level = levels.element();
        try {
            if (!level.names().hasNext()) {
                levels.pop().directory().close();
                return;
            }
            Path name = level.names().next();
            String text = name.toString();
            if (text.equals(".git") || (!hidden && text.startsWith("."))) {
                return;
            }
            BasicFileAttributes attributes = level.directory().attributes(name);
            if (attributes.isRegularFile()) {
                lines.append(level.prefix()).append(text).append('\n');
            } else if (attributes.isDirectory() && levels.size() < MAX_DEPTH) {
                Directory child = level.directory().child(name);
                levels.push(new Level(child, child.names(), level.prefix() + text + "/"));
            }
        } catch (DirectoryIteratorException _) {
            levels.pop().directory().close();
        } catch (IOException _) {
            // Removed since it was listed, or not to be read.
        }
    }
}
