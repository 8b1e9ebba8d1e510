package dev.roosthold.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The trimmed Java runtime, made of the JDK that runs this program.
///
/// It carries no archive of preloaded classes (`--generate-cds-archive`): the one of
/// [StartupArchive] holds the same and the program's.
final class RuntimeImage {
    /// Modules that libraries mention and use only where they are there.
    private static final Map<String, String> NOT_NEEDED =
            Map.of(
                    "java.desktop", "Jackson reads its annotations for beans, if there are any",
                    "jdk.jfr", "Netty tells the flight recorder of its buffers, if it runs");

    /// Modules that are found by name at run time, so that no class file mentions them.
    private static final Map<String, String> FOUND_AT_RUN_TIME =
            Map.of(
                    "jdk.management", "open files and memory of the process, for the metrics",
                    "jdk.net", "keep-alive settings of sockets",
                    "jdk.zipfs", "a folder of resources inside a jar");

    private RuntimeImage() {}

    /// Makes a runtime in which the jars run.
    ///
    /// @return the names of the modules, without those that they require
    static Set<String> make(List<Path> jars, Path target) {
        Set<String> modules = new TreeSet<>(needed(jars));
        modules.removeAll(NOT_NEEDED.keySet());
        modules.addAll(FOUND_AT_RUN_TIME.keySet());
        run(
                "jlink",
                "--add-modules",
                String.join(",", modules),
                "--output",
                target.toString(),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--dedup-legal-notices=error-if-not-same-content");
        return modules;
    }

    private static List<String> needed(List<Path> jars) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--ignore-missing-deps",
                                "--multi-release",
                                Integer.toString(Runtime.version().feature()),
                                "--print-module-deps"));
        jars.forEach(jar -> arguments.add(jar.toString()));
        String modules =
                run("jdeps", arguments.toArray(String[]::new))
                        .lines()
                        .filter(line -> line.startsWith("java.base"))
                        .findFirst()
                        .orElseThrow(() -> new BuildException("jdeps names no modules"));
        return Arrays.asList(modules.strip().split(","));
    }

    /// Runs a tool of the JDK in a process of its own: inside this one, jlink makes some classes
    /// that depend on what ran before.
    ///
    /// @return what it printed
    static String run(String name, String... arguments) {
        return run(Path.of(System.getProperty("java.home"), "bin", name), arguments);
    }

    /// Like [#run(String, String...)], with another tool.
    static String run(Path tool, String... arguments) {
        if (!Files.isExecutable(tool)) {
            throw new BuildException("there is no " + tool + "; a whole JDK is needed");
        }
        List<String> command = new ArrayList<>();
        command.add(tool.toString());
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
        // What a Java loads for the builder's language would be in the archive of classes.
        builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "TZ", "UTC"));
        try {
            Process process = builder.start();
            String output;
            try (InputStream in = process.getInputStream()) {
                output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (process.waitFor() != 0) {
                throw new BuildException(command + ":\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BuildException("interrupted");
        }
    }
}
