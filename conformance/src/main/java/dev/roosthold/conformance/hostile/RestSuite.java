package dev.roosthold.conformance.hostile;

import dev.roosthold.conformance.wire.Http1;
import dev.roosthold.conformance.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// One request can't hurt: sends every hostile request to every route of the contract. Bad input
/// gets an error of the contract's form, nothing gets a 5xx, and everybody else stays connected and
/// served.
///
/// Uses two fresh accounts; the server must allow registration. Used by one thread.
public final class RestSuite implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// So many requests between two looks at the witnesses.
    private static final int BETWEEN_LOOKS = 25;

    private final HttpClient http =
            Http1.client().build();
    private final URI server;
    private final TestAccount account;
    private final TestAccount other;
    private final Witnesses witnesses;
    private final List<String> violations = new ArrayList<>();
    private final List<String> notBest = new ArrayList<>();
    private final List<String> notOffered = new ArrayList<>();
    private int sent;

    private RestSuite(URI server) {
        this.server = server;
        account = new TestAccount(http, server);
        other = new TestAccount(http, server);
        witnesses = new Witnesses(account, other);
    }

    /// How it went.
    ///
    /// @param requests how many requests were sent
    /// @param notOffered routes that the server does not have
    /// @param violations what the server did that the contract forbids, one line each
    /// @param notBest what it did that clients bear and that could be better
    public record Report(
            int requests,
            List<String> notOffered,
            List<String> violations,
            List<String> notBest) {}

    /// Runs all cases. Stops at the first look that finds a witness hurt, because every later one
    /// would find the same.
    ///
    /// @throws WireException when the accounts or witnesses cannot be set up
    public static Report against(URI server) {
        try (RestSuite suite = new RestSuite(server)) {
            return suite.run();
        }
    }

    private Report run() {
        String machineToken = account.machineToken();
        Map<String, String> valid = account.rows();
        Map<String, String> foreign = other.foreignRows();
        for (RouteShape route : ContractRoutes.all()) {
            RestCases cases = new RestCases(route, valid, foreign, account.token(), machineToken);
            if (isOffered(cases.valid()) && !play(route, cases.hostile())) {
                break;
            }
        }
        return new Report(
                sent, List.copyOf(notOffered), List.copyOf(violations), List.copyOf(notBest));
    }

    private boolean isOffered(RestCase valid) {
        boolean unknown =
                send(valid).filter(a -> a.statusCode() == 404 && json(a.body()).has("path"))
                        .isPresent();
        if (unknown) {
            notOffered.add(valid.method() + " " + valid.path());
        }
        return !unknown;
    }

    private boolean play(RouteShape route, List<RestCase> cases) {
        for (int i = 0; i < cases.size(); i++) {
            RestCase hostile = cases.get(i);
            send(hostile)
                    .ifPresentOrElse(
                            answer -> judge(route, hostile, answer),
                            () -> violations.add(hostile.name() + ": not answered"));
            if (i % BETWEEN_LOOKS == BETWEEN_LOOKS - 1 || i == cases.size() - 1) {
                List<String> complaints = witnesses.complaints();
                complaints.forEach(c -> violations.add("after " + hostile.name() + ": " + c));
                if (!complaints.isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    private void judge(RouteShape route, RestCase hostile, HttpResponse<String> answer) {
        int status = answer.statusCode();
        JsonNode body = json(answer.body());
        String said = status + " " + shortened(answer.body());
        if (status >= 500 && !(route.unconfigured() && saysNotConfigured(body))) {
            violations.add(hostile.name() + ": answered with " + said);
        } else if (status >= 400 && !isError(body)) {
            violations.add(hostile.name() + ": not an error of the contract: " + said);
        } else if (!hostile.statuses().isEmpty() && !hostile.statuses().contains(status)) {
            (hostile.borne().contains(status) ? notBest : violations)
                    .add(
                            hostile.name()
                                    + ": expected "
                                    + hostile.statuses()
                                    + ", answered with "
                                    + said);
        }
    }

    /// `{"error": text}`, or the list of errors of a batch.
    private static boolean isError(JsonNode body) {
        return !body.path("error").asString("").isEmpty() || body.path("errors").isArray();
    }

    private static boolean saysNotConfigured(JsonNode body) {
        return body.path("error").asString("").endsWith("not configured");
    }

    /// Empty when there is no answer. A server may close a connection after an answer without
    /// having said so, and the next request then finds it closed: each gets a second chance.
    private Optional<HttpResponse<String>> send(RestCase hostile) {
        sent++;
        BodyPublisher body =
                hostile.body().map(BodyPublishers::ofString).orElse(BodyPublishers.noBody());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server + hostile.path()))
                        .timeout(PATIENCE)
                        .method(hostile.method(), body);
        hostile.bearer().ifPresent(bearer -> request.header("Authorization", bearer));
        hostile.headers().forEach(request::header);
        return answer(request.build()).or(() -> answer(request.build()));
    }

    private Optional<HttpResponse<String>> answer(HttpRequest request) {
        try {
            return Optional.of(http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }

    @Override
    public void close() {
        witnesses.close();
        http.shutdownNow();
    }
}
