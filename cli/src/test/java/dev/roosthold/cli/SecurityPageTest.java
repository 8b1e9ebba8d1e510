package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/security.md` says which test shows what: all of them exist, and no item is left out.
final class SecurityPageTest {
    private static final Path ROOT = Path.of("..");

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)#(\\w+)`");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+\\.\\d+\\.\\d+) \\|(.*)\\|$");

    /// The items of OWASP ASVS 5.0.0 at level 1 and 2 in the chapters that the page covers: how
    /// many each section has. They are numbered from 1 without a hole.
    private static final Map<String, Integer> ITEMS =
            Map.ofEntries(
                    Map.entry("4.1", 3),
                    Map.entry("4.2", 1),
                    Map.entry("4.3", 2),
                    Map.entry("4.4", 4),
                    Map.entry("6.1", 3),
                    Map.entry("6.2", 12),
                    Map.entry("6.3", 4),
                    Map.entry("6.4", 4),
                    Map.entry("6.5", 5),
                    Map.entry("6.6", 3),
                    Map.entry("6.8", 4),
                    Map.entry("7.1", 3),
                    Map.entry("7.2", 4),
                    Map.entry("7.3", 2),
                    Map.entry("7.4", 5),
                    Map.entry("7.5", 2),
                    Map.entry("7.6", 2),
                    Map.entry("8.1", 2),
                    Map.entry("8.2", 3),
                    Map.entry("8.3", 1),
                    Map.entry("8.4", 1),
                    Map.entry("9.1", 3),
                    Map.entry("9.2", 4),
                    Map.entry("13.1", 1),
                    Map.entry("13.2", 5),
                    Map.entry("13.3", 2),
                    Map.entry("13.4", 5),
                    Map.entry("16.1", 1),
                    Map.entry("16.2", 5),
                    Map.entry("16.3", 4),
                    Map.entry("16.4", 3),
                    Map.entry("16.5", 3));

    private final String page = read(ROOT.resolve("docs/security.md"));

    @Test
    void everyTestThatThePageNamesExists() {
        Map<String, List<String>> tests = tests();
        var missing = new TreeSet<String>();
        long named =
                NAMED.matcher(page)
                        .results()
                        .peek(
                                found -> {
                                    if (tests.getOrDefault(found.group(1), List.of()).stream()
                                            .noneMatch(source -> has(source, found.group(2)))) {
                                        missing.add(found.group());
                                    }
                                })
                        .count();

        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(80);
        assertThat(page.split("#[a-z]\\w+`", -1).length - 1)
                .as("every `Class#method` has the form that is looked for")
                .isEqualTo((int) named);
    }

    @Test
    void everyItemHasItsRowWithATestOrAReason() {
        var expected = new TreeSet<String>();
        ITEMS.forEach(
                (section, count) ->
                        IntStream.rangeClosed(1, count)
                                .forEach(item -> expected.add(section + "." + item)));
        var rows = new TreeMap<String, String>();
        var twice = new ArrayList<String>();
        ROW.matcher(page)
                .results()
                .forEach(
                        row -> {
                            if (rows.put(row.group(1), row.group(2)) != null) {
                                twice.add(row.group(1));
                            }
                        });

        assertThat(rows.keySet()).isEqualTo(expected);
        assertThat(twice).isEmpty();
        rows.forEach(
                (item, text) ->
                        assertThat(text)
                                .as(item)
                                .matches(" [^|]+ \\| (yes|no|partly|not applicable) \\| [^|]+ "));
        rows.forEach(
                (item, text) -> {
                    if (text.contains("| yes |")) {
                        assertThat(NAMED.matcher(text).find() || text.contains("]("))
                                .as(item)
                                .isTrue();
                    }
                });
    }

    /// Whether the source declares that test: between it and the blank line before stands the
    /// annotation that makes it one.
    private static boolean has(String source, String test) {
        var declaration = Pattern.compile("\\b(?:void|ArchRule) " + test + "\\b").matcher(source);
        if (!declaration.find()) {
            return false;
        }
        String before = source.substring(0, declaration.start());
        String head = before.substring(before.lastIndexOf("\n\n") + 1);
        return Pattern.compile("@(?:\\w*Test|Property|ArchTest)\\b").matcher(head).find();
    }

    /// The sources of all test classes by their simple names.
    private static Map<String, List<String>> tests() {
        var found = new TreeMap<String, List<String>>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                Path sources = module.resolve("src/test/java");
                if (Files.isDirectory(sources)) {
                    try (Stream<Path> files = Files.walk(sources)) {
                        files.filter(file -> file.toString().endsWith("Test.java"))
                                .forEach(
                                        file ->
                                                found.computeIfAbsent(
                                                                name(file), _ -> new ArrayList<>())
                                                        .add(read(file)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName()).replace(".java", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
