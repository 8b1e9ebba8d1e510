package dev.roosthold.dist;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// The trimmed Java runtime, made of the JDK that runs this program.
///
/// It carries no archive of preloaded classes (`--generate-cds-archive`): that file differs from
/// build to build once compact object headers are on, and the start-up cache, which is made where
/// the program is installed, holds the same and more.
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

    /// Runs a tool of the JDK.
    ///
    /// @return what it printed
    static String run(String name, String... arguments) {
        ToolProvider tool =
                ToolProvider.findFirst(name)
                        .orElseThrow(
                                () ->
                                        new BuildException(
                                                "there is no "
                                                        + name
                                                        + " in "
                                                        + System.getProperty("java.home")
                                                        + "; a whole JDK is needed"));
        var output = new StringWriter();
        var writer = new PrintWriter(output);
        if (tool.run(writer, writer, arguments) != 0) {
            throw new BuildException(
                    Stream.concat(Stream.of(name), Stream.of(arguments)).toList() + ":\n" + output);
        }
        return output.toString();
    }
}
