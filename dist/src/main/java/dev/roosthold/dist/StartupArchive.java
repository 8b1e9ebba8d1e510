package dev.roosthold.dist;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The classes that a relay loads when it starts, as the runtime wants them in memory:
/// `startup.jsa` beside the jars. It makes the very first start fast, before the start-up cache of
/// the installation is there, which holds more (two cores, 2026-11: 1.0 s without, 0.6 s with it).
///
/// The bytes depend on the class path that it was made with, though not on where it is used: so it
/// is made in a folder that has the same name in each build. The runtime takes it only for jars of
/// the same size and time, which is why they are made with the time that the tarball gives them.
///
/// The list of classes is kept in `src/startup-classes`, because what a run loads differs from run
/// to run. A name that does not exist any more is passed over, and a class that is not listed is
/// loaded from its jar. `dist/list-startup-classes` makes it anew.
final class StartupArchive {
    static final String NAME = "startup.jsa";

    private static final Path PLACE = Path.of("/tmp/roosthold-startup-archive");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private StartupArchive() {}

    /// @param home of the installation, with runtime and jars
    /// @param classes names of classes, one a line
    /// @param time of every file in the tarball
    static void make(Path home, List<Path> jars, Path classes, Instant time)
            throws IOException, InterruptedException {
        Files.setLastModifiedTime(home.resolve("runtime/lib/modules"), FileTime.from(time));
        take();
        try {
            List<String> classPath = new ArrayList<>();
            for (Path jar : jars) {
                Path copy = PLACE.resolve(jar.getFileName().toString());
                Files.copy(jar, copy);
                Files.setLastModifiedTime(copy, FileTime.from(time));
                classPath.add(copy.toString());
            }
            Path archive = PLACE.resolve(NAME);
            RuntimeImage.run(
                    home.resolve("runtime/bin/java"),
                    "-Xshare:dump",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:+UseSerialGC",
                    "-XX:SharedClassListFile=" + classes,
                    "-XX:SharedArchiveFile=" + archive,
                    "-cp",
                    String.join(":", classPath));
            Files.copy(
                    archive,
                    home.resolve("lib").resolve(NAME),
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Folder.delete(PLACE);
        }
    }

    /// Another build may be there; it needs seconds.
    private static void take() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                Files.createDirectory(PLACE);
                return;
            } catch (FileAlreadyExistsException e) {
                if (System.nanoTime() > end) {
                    throw new BuildException(
                            PLACE + " is in the way; delete it when no other build runs");
                }
                Thread.sleep(500);
            }
        }
    }
}
