package dev.roosthold.relay.push;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Browsers, through the push services that they name (RFC 8030).
final class WebPush implements PushService<Subscription>, AutoCloseable {
    /// A browser that was off for longer learns of it from the page.
    private static final Duration KEEP = Duration.ofDays(1);

    private static final int RESOLVERS = 8;
    private static final int WAITING = 512;

    private final PushConfig config;
    private final VapidKeys keys;
    private final String contact;
    private final Endpoint endpoints;
    private final Outgoing outgoing;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /// Platform threads: a name that resolves slowly would hold up one of the few threads that
    /// carry all virtual ones.
    private final ThreadPoolExecutor resolvers;

    /// @param contact `mailto:` or `https:` address of whoever is responsible for the relay
    WebPush(PushConfig config, VapidKeys keys, String contact, InstantSource clock) {
        this.config = config;
        this.keys = keys;
        this.contact = contact;
        this.endpoints = new Endpoint(config.trusted());
        this.clock = clock;
        // A proxy would resolve the name by itself and so undo the check of the address.
        outgoing =
                new Outgoing(
                        config.patience(), client -> client.proxy(HttpClient.Builder.NO_PROXY));
        resolvers =
                new ThreadPoolExecutor(
                        RESOLVERS,
                        RESOLVERS,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(WAITING),
                        Thread.ofPlatform().daemon().name("web-push-", 0).factory());
        resolvers.allowCoreThreadTimeOut(true);
    }

    Endpoint endpoints() {
        return endpoints;
    }

    @Override
    public CompletableFuture<List<PushResult>> send(
            List<Subscription> subscriptions, Notification notification) {
        byte[] message = notification.json();
        var results =
                subscriptions.stream()
                        .map(to -> send(to, message, notification.kind().urgency()))
                        .toList();
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(_ -> results.stream().map(CompletableFuture::join).toList());
    }

    @Override
    public void close() {
        resolvers.shutdownNow();
        outgoing.close();
    }

    private CompletableFuture<PushResult> send(Subscription to, byte[] message, String urgency) {
        CompletableFuture<HttpRequest> prepared;
        try {
            prepared =
                    CompletableFuture.supplyAsync(() -> request(to, message, urgency), resolvers);
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Failures.of(e));
        }
        return prepared.thenCompose(outgoing::send)
                .thenApply(answer -> result(answer.statusCode()))
                .exceptionally(Failures::of)
                .completeOnTimeout(
                        Failures.TIMEOUT, config.patience().toMillis(), TimeUnit.MILLISECONDS);
    }

    private HttpRequest request(Subscription to, byte[] message, String urgency) {
        URI uri = endpoints.parse(to.endpoint()).orElse(null);
        try {
            if (uri == null) {
                throw new Endpoint.NotPublic();
            }
            endpoints.requirePublic(uri);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
        byte[] salt = new byte[MessageEncryption.SALT_BYTES];
        random.nextBytes(salt);
        byte[] body = MessageEncryption.encrypt(message, to, P256.generate(), salt);
        return HttpRequest.newBuilder(uri)
                .timeout(config.patience())
                .header("Authorization", keys.authorization(uri, contact, clock.millis()))
                .header("Content-Encoding", "aes128gcm")
                .header("Content-Type", "application/octet-stream")
                .header("TTL", String.valueOf(KEEP.toSeconds()))
                .header("Urgency", urgency)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private static PushResult result(int status) {
        return switch (status) {
            case 200, 201, 202, 204 -> new PushResult.Delivered();
            case 404, 410 -> new PushResult.NotRegistered();
            default -> Failures.status(status);
        };
    }
}
