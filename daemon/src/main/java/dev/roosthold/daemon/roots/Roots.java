package dev.roosthold.daemon.roots;

import dev.roosthold.daemon.rpc.MethodFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The root directories of this machine. Immutable.
///
/// @param directories real paths; the first is where relative paths begin
/// @param closed real paths of directories that count as outside wherever they are: where this
///     program keeps its own keys
public record Roots(List<Path> directories, Set<Path> closed) {
    private static final int MAX_LINKS = 40;
    private static final int MAX_NAMES = 256;
    private static final Path HERE = Path.of(".");

    public Roots {
        directories = List.copyOf(directories);
        closed = Set.copyOf(closed);
    }

    /// The default place for work.
    ///
    /// @throws MethodFailure when the machine has none
    public Path first() throws MethodFailure {
        if (directories.isEmpty()) {
            throw new MethodFailure("This machine has no root directory");
        }
        return directories.getFirst();
    }

    /// The real path of a directory inside the roots, for starting a program in it. It was there
    /// when this returned; that it still is when the program looks cannot be promised.
    ///
    /// @throws IOException when there is none, or it is outside
    public Path directory(String text) throws IOException {
        try (Place place = resolve(text);
                Directory directory = place.openDirectory()) {
            return directory.real().normalize();
        }
    }

    /// Resolves a path, its last name included. The rest must exist; the last name may be free.
    ///
    /// Whatever is outside looks alike, whether it exists or not.
    public Place resolve(String text) throws IOException {
        return resolve(first(), text);
    }

    /// As [#resolve(String)].
    ///
    /// @param from absolute; where a relative path begins
    public Place resolve(Path from, String text) throws IOException {
        Path absolute = from.resolve(parse(text));
        try (Walk walk = new Walk()) {
            return walk.to(absolute);
        }
    }

    private static Path parse(String text) throws MethodFailure {
        if (text.isEmpty()) {
            throw new MethodFailure("The path is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException _) {
            throw new MethodFailure("The path cannot be used on this machine");
        }
    }

    static MethodFailure outside() {
        return new MethodFailure("Outside the root directories of this machine");
    }

    /// The root that the path begins with; of nested ones the innermost.
    private Optional<Path> rootOf(Path absolute) {
        return directories.stream()
                .filter(absolute::startsWith)
                .max(Comparator.comparingInt(Path::getNameCount));
    }

    /// One resolution: the handles of the directories from a root down, and the names to come.
    private final class Walk implements AutoCloseable {
        private final Deque<Directory> open = new ArrayDeque<>();
        private final Deque<Path> ahead = new ArrayDeque<>();
        private int links;

        Place to(Path absolute) throws IOException {
            begin(absolute);
            while (!ahead.isEmpty()) {
                Path name = ahead.pop();
                if (name.toString().equals("..")) {
                    up();
                } else if (!name.toString().equals(".") && !name.toString().isEmpty()) {
                    Optional<Place> end = into(name);
                    if (end.isPresent()) {
                        return end.get();
                    }
                }
            }
            return new Place(open.pop(), HERE);
        }

        private void begin(Path absolute) throws IOException {
            Optional<Path> root = rootOf(absolute);
            Path path = absolute;
            if (root.isEmpty()) {
                path = absolute.normalize();
                root = rootOf(path);
            }
            if (root.isEmpty()) {
                throw outside();
            }
            close();
            open.push(Directory.openRoot(root.get(), closed));
            int above = root.get().getNameCount();
            if (path.getNameCount() > above) {
                push(path.subpath(above, path.getNameCount()));
            }
        }

        private void push(Path names) throws MethodFailure {
            if (ahead.size() + names.getNameCount() > MAX_NAMES) {
                throw new MethodFailure("The path is too long");
            }
            for (int i = names.getNameCount() - 1; i >= 0; i--) {
                ahead.push(names.getName(i));
            }
        }

        private void up() throws IOException {
            if (open.size() > 1) {
                open.pop().close();
                return;
            }
            // Above this root there may be another one.
            Path above = open.element().real().getParent();
            if (above == null) {
                return;
            }
            Path rest = above;
            while (!ahead.isEmpty()) {
                rest = rest.resolve(ahead.pop());
            }
            begin(rest);
        }

        /// The end of the way, or empty when it goes on.
        private Optional<Place> into(Path name) throws IOException {
            Directory here = open.element();
            BasicFileAttributes attributes;
            try {
                attributes = here.attributes(name);
            } catch (NoSuchFileException e) {
                if (ahead.isEmpty()) {
                    return Optional.of(new Place(open.pop(), name));
                }
                throw e;
            }
            if (attributes.isSymbolicLink()) {
                follow(Files.readSymbolicLink(here.real().resolve(name)));
                return Optional.empty();
            }
            if (ahead.isEmpty()) {
                return Optional.of(new Place(open.pop(), name));
            }
            if (!attributes.isDirectory()) {
                throw new NotDirectoryException(name.toString());
            }
            open.push(here.child(name));
            return Optional.empty();
        }

        private void follow(Path target) throws IOException {
            links++;
            if (links > MAX_LINKS) {
                throw new MethodFailure("Too many links");
            }
            if (!target.isAbsolute()) {
                push(target);
                return;
            }
            Path rest = target;
            while (!ahead.isEmpty()) {
                rest = rest.resolve(ahead.pop());
            }
            begin(rest);
        }

        @Override
        public void close() {
            while (!open.isEmpty()) {
                open.pop().close();
            }
        }
    }
}
