package dev.roosthold.cli;

import dev.roosthold.relay.http.ServerCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "health",
        description = "Asks a relay whether it works: exit status 0 when it does, 1 otherwise.")
final class HealthCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Address of the relay (default: this computer, at --port).")
    private @Nullable URI server;

    @Option(names = "--port", defaultValue = "3005", description = "Port of the relay.")
    private int port;

    /// As for `roost up`: tells that the relay on this computer speaks TLS, and how to know it.
    @Option(names = "--tls-cert", hidden = true)
    private @Nullable Path tlsCert;

    @Override
    public Integer call() throws InterruptedException {
        URI address = server == null ? beside() : server;
        URI health = URI.create(address.toString().replaceFirst("/*$", "") + "/health");
        try (HttpClient http = client()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(health).timeout(PATIENCE).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new CommandFailure(
                        "the relay at " + address + " answers " + answer.statusCode(),
                        "Its log says why.");
            }
            System.out.println("The relay at " + address + " works.");
            return 0;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    address + " is not the address of a relay",
                    "It looks like http://127.0.0.1:3005 or https://roost.example.");
        } catch (IOException e) {
            throw new CommandFailure(
                    "no relay answers at " + address,
                    "Start it with `roost up`, or name its address with --server.");
        }
    }

    private URI beside() {
        return URI.create((tlsCert == null ? "http" : "https") + "://127.0.0.1:" + port);
    }

    private HttpClient client() {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(PATIENCE);
        if (tlsCert != null && server == null) {
            try {
                builder.sslContext(ServerCertificate.read(tlsCert).trusted());
            } catch (IOException e) {
                throw new CommandFailure(String.valueOf(e.getMessage()), "See --tls-cert.");
            }
        }
        return builder.build();
    }
}
