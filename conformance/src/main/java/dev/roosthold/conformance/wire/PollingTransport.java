package dev.roosthold.conformance.wire;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// An Engine.IO session over HTTP long-polling that polls on its own thread until the server ends
/// it. Thread-safe.
public final class PollingTransport implements AutoCloseable {
    private static final String PATH = "/v1/updates/?EIO=4&transport=polling";
    private static final Duration LONGEST_POLL = Duration.ofSeconds(60);
    private static final Pattern SEPARATOR = Pattern.compile("\u001e");

    private final HttpClient http;
    private final URI address;
    private final List<String> packets = new CopyOnWriteArrayList<>();
    private final Thread poller;
    private volatile boolean ended;

    private PollingTransport(HttpClient http, URI address) {
        this.http = http;
        this.address = address;
        this.poller = Thread.ofVirtual().name("polling").unstarted(this::poll);
    }

    /// Opens a session and starts to poll.
    ///
    /// @throws WireException when the server refuses it
    public static PollingTransport open(HttpClient http, URI server) {
        HttpResponse<String> response =
                request(http, HttpRequest.newBuilder(server.resolve(PATH)).build());
        if (response.statusCode() != 200 || !response.body().startsWith("0{")) {
            throw new WireException("no polling session: " + response.statusCode());
        }
        String sid =
                JsonMapper.shared().readTree(response.body().substring(1)).path("sid").asString();
        PollingTransport transport =
                new PollingTransport(http, server.resolve(PATH + "&sid=" + sid));
        transport.poller.start();
        return transport;
    }

    /// Posts one packet. A refusal ends the transport: it is how a server ends it.
    public void send(String packet) {
        HttpRequest post =
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "text/plain;charset=UTF-8")
                        .POST(BodyPublishers.ofString(packet))
                        .build();
        if (request(http, post).statusCode() != 200) {
            ended = true;
        }
    }

    /// Every packet so far except the server's pings.
    public List<String> packets() {
        return packets;
    }

    /// Whether the server has ended the session.
    public boolean ended() {
        return ended;
    }

    /// Stops polling; the server notices by its own timeout.
    @Override
    public void close() {
        ended = true;
        poller.interrupt();
    }

    private void poll() {
        HttpRequest get = HttpRequest.newBuilder(address).timeout(LONGEST_POLL).build();
        try {
            while (!ended) {
                HttpResponse<String> response = request(http, get);
                if (response.statusCode() != 200) {
                    ended = true;
                } else {
                    SEPARATOR.splitAsStream(response.body()).forEach(this::receive);
                }
            }
        } catch (WireException e) {
            ended = true;
        }
    }

    private void receive(String packet) {
        switch (packet) {
            case "1" -> ended = true;
            case "2" -> send("3");
            default -> packets.add(packet);
        }
    }

    private static HttpResponse<String> request(HttpClient http, HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new WireException("polling failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }
}
