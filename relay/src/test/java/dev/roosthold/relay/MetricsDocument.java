package dev.roosthold.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `docs/metrics.md` promises.
final class MetricsDocument {
    private static final Path DOCUMENT = Path.of("..", "docs", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\| ([^|]*) \\|.*");

    private MetricsDocument() {}

    /// `type labels` by name, as [Scrape#families].
    static Map<String, String> families() {
        var documented = new TreeMap<String, String>();
        try {
            for (String line : Files.readAllLines(DOCUMENT)) {
                Matcher row = ROW.matcher(line);
                if (row.matches()) {
                    String labels = row.group(3).replace("`", "").strip();
                    documented.put(row.group(1), row.group(2) + " " + labels);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return documented;
    }
}
