package dev.roosthold.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// `THIRD-PARTY.txt` and the texts that it points to.
final class Licenses {
    private Licenses() {}

    static void write(Path home, List<Part> java, List<Part> page) throws IOException {
        var list = new StringBuilder();
        list.append(
                """
                Roosthold contains the work of others. This is the list; the texts are in the folder that each line names.

                The Java runtime in `runtime` is OpenJDK, under the GNU General Public License, version 2, with the
                Classpath Exception; its notices are in `runtime/legal`.

                Java libraries
                """);
        append(list, home, "java", java);
        list.append("\nPackages of the web page\n");
        append(list, home, "web", page);
        Files.writeString(home.resolve("THIRD-PARTY.txt"), list);
    }

    private static void append(StringBuilder list, Path home, String kind, List<Part> parts)
            throws IOException {
        for (Part part : parts) {
            String folder = "licenses/" + kind + "/" + part.folder();
            Path target = Files.createDirectories(home.resolve(folder));
            for (Map.Entry<String, byte[]> text : part.texts().entrySet()) {
                Files.write(target.resolve(text.getKey()), text.getValue());
            }
            list.append("\n  ")
                    .append(part.coordinates())
                    .append(' ')
                    .append(part.version())
                    .append("\n    ")
                    .append(part.license())
                    .append("\n    ")
                    .append(folder)
                    .append(": ")
                    .append(String.join(", ", part.fileNames()))
                    .append('\n');
            if (!part.note().isEmpty()) {
                list.append("    ").append(part.note()).append('\n');
            }
        }
    }
}
