package dev.roosthold.relay.push;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.protocol.push.PushToken;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Phones, through the push service of Expo (its documentation: "Send notifications with the Expo
/// Push API"): up to 100 messages in one request, and one ticket for each in the answer.
final class ExpoPush implements PushService<PushToken>, AutoCloseable {
    static final int BATCH = 100;

    /// Also what an error may be called, so that an answer cannot put text of its own into ours.
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final Optional<URI> endpoint;
    private final PushConfig config;
    private final Outgoing outgoing;

    ExpoPush(PushConfig config) {
        this.config = config;
        this.endpoint = config.expo();
        this.outgoing = new Outgoing(config.patience(), client -> client);
    }

    @Override
    public CompletableFuture<List<PushResult>> send(
            List<PushToken> tokens, Notification notification) {
        if (endpoint.isEmpty()) {
            return CompletableFuture.completedFuture(
                    all(tokens, new PushResult.Failed("expo-push-off")));
        }
        var batches = new ArrayList<CompletableFuture<List<PushResult>>>();
        for (int from = 0; from < tokens.size(); from += BATCH) {
            List<PushToken> batch = tokens.subList(from, Math.min(tokens.size(), from + BATCH));
            batches.add(send(endpoint.get(), batch, notification));
        }
        return CompletableFuture.allOf(batches.toArray(CompletableFuture[]::new))
                .thenApply(
                        _ ->
                                batches.stream()
                                        .map(CompletableFuture::join)
                                        .flatMap(List::stream)
                                        .toList());
    }

    @Override
    public void close() {
        outgoing.close();
    }

    private CompletableFuture<List<PushResult>> send(
            URI service, List<PushToken> batch, Notification notification) {
        var request =
                HttpRequest.newBuilder(service)
                        .timeout(config.patience())
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json")
                        .POST(BodyPublishers.ofByteArray(messages(batch, notification)))
                        .build();
        return outgoing.send(request)
                .thenApply(answer -> results(batch, answer))
                .exceptionally(failure -> all(batch, Failures.of(failure)))
                .completeOnTimeout(
                        all(batch, Failures.TIMEOUT),
                        config.patience().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static byte[] messages(List<PushToken> batch, Notification notification) {
        var messages = JsonNodeFactory.instance.arrayNode();
        for (PushToken token : batch) {
            messages.addObject()
                    .put("to", token.token())
                    .put("title", notification.title())
                    .put("body", notification.body())
                    .put("sound", "default")
                    .put("channelId", "messages")
                    .set("data", notification.data());
        }
        return Codec.print(messages);
    }

    private static List<PushResult> results(List<PushToken> batch, HttpResponse<byte[]> answer) {
        JsonNode body;
        try {
            body = Codec.parse(answer.body());
        } catch (MalformedJson e) {
            body = JsonNodeFactory.instance.objectNode();
        }
        if (answer.statusCode() != 200) {
            PushResult refused =
                    word(body.path("errors").path(0).path("code"))
                            .<PushResult>map(PushResult.Failed::new)
                            .orElseGet(() -> Failures.status(answer.statusCode()));
            return all(batch, refused);
        }
        JsonNode tickets = body.path("data");
        var results = new ArrayList<PushResult>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            results.add(result(tickets.path(i)));
        }
        return results;
    }

    private static PushResult result(JsonNode ticket) {
        if (ticket.path("status").asString("").equals("ok")) {
            return new PushResult.Delivered();
        }
        String error = word(ticket.path("details").path("error")).orElse("no-ticket");
        return error.equals("DeviceNotRegistered")
                ? new PushResult.NotRegistered()
                : new PushResult.Failed(error);
    }

    private static Optional<String> word(JsonNode node) {
        return node.isString() && WORD.matcher(node.stringValue()).matches()
                ? Optional.of(node.stringValue())
                : Optional.empty();
    }

    private static List<PushResult> all(List<PushToken> tokens, PushResult result) {
        return Collections.nCopies(tokens.size(), result);
    }
}
