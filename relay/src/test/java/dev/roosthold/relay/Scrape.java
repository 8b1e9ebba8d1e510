package dev.roosthold.relay;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Everything that `/metrics` served at one moment.
record Scrape(String text) {
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    static Scrape of(Api metrics) {
        try {
            return new Scrape(
                    metrics.client()
                            .send(
                                    HttpRequest.newBuilder(metrics.base().resolve("/metrics"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("not answered", e);
        }
    }

    /// NaN for a series that is not there.
    double value(String series) {
        return text.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not served: " + series));
    }

    /// Names with labels, without values.
    Set<String> series() {
        var series = new TreeSet<String>();
        text.lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> series.add(line.substring(0, line.lastIndexOf(' '))));
        return series;
    }

    /// `type labels` by name.
    Map<String, String> families() {
        var families = new TreeMap<String, String>();
        String name = "";
        for (String line : text.lines().toList()) {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                name = type.group(1);
                families.put(name, type.group(2) + " ");
            } else if (!line.startsWith("#") && families.getOrDefault(name, "").endsWith(" ")) {
                var labels = new TreeSet<String>();
                Matcher label = LABEL.matcher(line);
                while (label.find()) {
                    labels.add(label.group(1));
                }
                labels.remove("le");
                families.merge(name, String.join(", ", labels) + ".", String::concat);
            }
        }
        families.replaceAll((_, text) -> text.replaceFirst("\\.$", ""));
        return families;
    }
}
