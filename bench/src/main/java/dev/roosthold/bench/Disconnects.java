package dev.roosthold.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How many sockets a relay has lost, by the reason that its metrics give.
record Disconnects(Map<String, Long> byReason) {
    private static final Pattern LINE =
            Pattern.compile(
                    "(?m)^roost_socket_disconnects_total\\{reason=\"([a-z-]+)\"\\} ([0-9.E+]+)$");

    static Disconnects of(ServerProcess relay) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:" + relay.metricsPort() + "/metrics"))
                            .build();
            String metrics = http.send(request, BodyHandlers.ofString()).body();
            var byReason = new TreeMap<String, Long>();
            var line = LINE.matcher(metrics);
            while (line.find()) {
                byReason.put(line.group(1), (long) Double.parseDouble(line.group(2)));
            }
            if (byReason.isEmpty()) {
                throw new IOException("the relay does not tell why sockets have gone");
            }
            return new Disconnects(byReason);
        }
    }

    @Override
    public String toString() {
        String text =
                byReason.entrySet().stream()
                        .filter(reason -> reason.getValue() > 0)
                        .map(reason -> reason.getKey() + " " + reason.getValue())
                        .collect(Collectors.joining(", "));
        return text.isEmpty() ? "none" : text;
    }
}
