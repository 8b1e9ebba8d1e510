package dev.roosthold.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The npm packages that the web page is bundled from: everything its lock file lists outside
/// development. The bundler may have left some of it out.
final class PageParts {
    private static final String FOLDER = "node_modules/";

    private PageParts() {}

    static List<Part> of(Path web) throws IOException {
        JsonNode lock = read(web.resolve("package-lock.json"));
        List<Part> parts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : lock.path("packages").properties()) {
            if (entry.getKey().startsWith(FOLDER) && !entry.getValue().path("dev").asBoolean()) {
                parts.add(part(web.resolve(entry.getKey()), entry));
            }
        }
        return parts;
    }

    private static Part part(Path folder, Map.Entry<String, JsonNode> entry) throws IOException {
        String full =
                entry.getKey().substring(entry.getKey().lastIndexOf(FOLDER) + FOLDER.length());
        int slash = full.indexOf('/');
        JsonNode described = read(folder.resolve("package.json"));
        String license =
                described
                        .path("license")
                        .asString(described.path("licenses").path(0).path("type").asString(""));
        Map<String, byte[]> texts = new TreeMap<>();
        for (Path file : Folder.files(folder)) {
            String name = file.getFileName().toString();
            String upper = name.toUpperCase(Locale.ROOT);
            if (upper.startsWith("LICEN") || upper.startsWith("NOTICE")) {
                texts.put(name, Files.readAllBytes(file));
            }
        }
        if (license.isEmpty() || texts.isEmpty()) {
            throw new BuildException("no licence in " + folder);
        }
        return new Part(
                slash < 0 ? "" : full.substring(0, slash),
                full.substring(slash + 1),
                entry.getValue().path("version").asString(),
                license,
                texts,
                "bundled into the web page");
    }

    private static JsonNode read(Path file) throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(file));
    }
}
