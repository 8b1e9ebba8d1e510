package dev.roosthold.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The Java libraries and their licences: which, from the bill of materials; the texts from the
/// jars, and for jars without from `src/licenses` (`<artifact>.txt` the licence,
/// `<artifact>.NOTICE.txt` what else is inside).
final class JavaParts {
    private static final String OWN = "dev.roosthold";

    /// Of a library that another one has taken into its jar.
    private static final Pattern INSIDE =
            Pattern.compile("META-INF/licenses/[^/]+/([^/]+)/META-INF/(LICENSE|NOTICE)[^/]*");

    private static final Pattern TEXT =
            Pattern.compile(
                    "(META-INF/)?(license/)?[^/]*(LICEN[SC]E|NOTICE|COPYING)[^/]*"
                            + "|META-INF/maven/[^/]+/[^/]+/LICENSE[^/]*"
                            + "|"
                            + INSIDE.pattern(),
                    Pattern.CASE_INSENSITIVE);

    /// What projects write for the same licence.
    private static final Map<String, String> SPDX =
            Map.of(
                    "the mit license (mit)", "MIT",
                    "the apache software license, version 2.0", "Apache-2.0",
                    "the apache license, version 2.0", "Apache-2.0",
                    "apache 2.0", "Apache-2.0",
                    "apache license, version 2.0", "Apache-2.0",
                    // JLine's, which links to the form with three clauses.
                    "the bsd license", "BSD-3-Clause",
                    "provided without support or warranty", "JSON");

    private final Path apache;
    private final Path texts;
    private final Path jars;

    /// @param apache the text of the Apache License 2.0
    /// @param texts texts by the name of the artifact
    /// @param jars as they came from their projects
    JavaParts(Path apache, Path texts, Path jars) {
        this.apache = apache;
        this.texts = texts;
        this.jars = jars;
    }

    List<Part> of(JsonNode bill) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (JsonNode component : bill.path("components")) {
            String group = component.path("group").asString("");
            if (!group.equals(OWN)) {
                parts.add(
                        part(
                                group,
                                component.path("name").asString(),
                                component.path("version").asString(),
                                license(component)));
            }
        }
        return parts;
    }

    private Part part(String group, String name, String version, String license)
            throws IOException {
        Path jar = jars.resolve(name + "-" + version + ".jar");
        if (Files.notExists(jar)) {
            throw new BuildException("the bill of materials lists " + jar + ", which is not here");
        }
        Map<String, byte[]> found = new TreeMap<>();
        Libraries.read(jar, entry -> TEXT.matcher(entry).matches() && !entry.endsWith(".class"))
                .forEach((entry, text) -> found.put(fileName(entry), text));
        Path kept = texts.resolve(name + ".txt");
        if (Files.exists(kept)) {
            found.put("LICENSE", Files.readAllBytes(kept));
        } else if (found.keySet().stream()
                .noneMatch(file -> file.toUpperCase(Locale.ROOT).startsWith("LICEN"))) {
            if (!license.equals("Apache-2.0")) {
                throw new BuildException(
                        "no text of the licence of %s:%s (%s); put it into %s"
                                .formatted(group, name, license, kept));
            }
            found.put("LICENSE", Files.readAllBytes(apache));
        }
        Path notice = texts.resolve(name + ".NOTICE.txt");
        if (Files.exists(notice)) {
            found.put("NOTICE", Files.readAllBytes(notice));
        }
        return new Part(group, name, version, license, found, note(name));
    }

    private static String fileName(String entry) {
        String last = entry.substring(entry.lastIndexOf('/') + 1);
        Matcher inside = INSIDE.matcher(entry);
        return inside.matches() ? last + "-" + inside.group(1) : last;
    }

    private static String note(String name) {
        return Libraries.CHANGES.entrySet().stream()
                .filter(change -> (name + "-").startsWith(change.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    /// Several licences mean a choice in every project that is listed here so far.
    private static String license(JsonNode component) {
        List<String> licenses = new ArrayList<>();
        for (JsonNode entry : component.path("licenses")) {
            JsonNode license = entry.path("license");
            String words =
                    entry.path("expression")
                            .asString(
                                    license.path("id").asString(license.path("name").asString("")));
            licenses.add(SPDX.getOrDefault(words.toLowerCase(Locale.ROOT), words));
        }
        if (licenses.isEmpty()) {
            throw new BuildException(
                    "no licence is known of "
                            + component.path("group").asString()
                            + ":"
                            + component.path("name").asString());
        }
        return String.join(" OR ", licenses);
    }
}
