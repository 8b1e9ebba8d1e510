package dev.roosthold.relay.http;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.relay.caller.Authenticator;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.caller.Scope;
import dev.roosthold.relay.limits.ClientAddress;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.limits.RateLimiter;
import dev.roosthold.relay.store.OverloadedException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// From a complete request to its answer: who, what, handler, errors. Virtual threads only, as
/// authentication and handlers may block. Thread-safe.
final class Dispatcher {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private static final byte[] NOTHING = new byte[0];

    /// Clients repeat what fails: a broken disk must not fill itself with lines.
    private static final LogBudget FAILURES = LogBudget.of(new Rate(20, 2));

    private static final LogBudget DELIBERATE = LogBudget.of(new Rate(5, 0.1));

    /// The head of a request with its route.
    record Head(
            String method,
            Target target,
            RouteTable.Match match,
            HttpHeaders headers,
            Visit visit) {}

    /// Whether a request may go on.
    sealed interface Admission {}

    /// @param caller present on routes that need a bearer
    record Admitted(Optional<Caller> caller) implements Admission {}

    record Refused(Response response) implements Admission {}

    private static final Response TOO_MANY_REQUESTS =
            Response.tooMany("Too many requests", Duration.ofSeconds(1));

    private final Authenticator authenticator;
    private final String basePath;
    private final RateLimiter byAccount;
    private final RateLimiter failures;

    Dispatcher(
            Authenticator authenticator,
            String basePath,
            Front.Limits limits,
            InstantSource clock) {
        this.authenticator = authenticator;
        this.basePath = basePath;
        this.byAccount = new RateLimiter(limits.requestsPerAccount(), clock);
        this.failures = new RateLimiter(limits.failuresPerAddress(), clock);
    }

    void share(LimitRegistry with) {
        with.add("requests", byAccount);
        with.add("failures", failures);
    }

    /// Finds the caller, before anything of the request is judged.
    Admission admit(Head head) {
        Route.Access access = head.match().route().access();
        if (access == Route.Access.OPEN || admittedByLink(head)) {
            return new Admitted(Optional.empty());
        }
        Optional<String> token = bearer(head.headers());
        if (token.isEmpty()) {
            return new Refused(Failures.MISSING_BEARER);
        }
        Optional<Caller> caller;
        try {
            caller = authenticator.authenticate(token.get());
        } catch (Authenticator.Unavailable e) {
            log(head, 503, Incident.newId(), e);
            return new Refused(Failures.unverified());
        } catch (RuntimeException e) {
            log(head, 401, Incident.newId(), e);
            return new Refused(Failures.AUTHENTICATION_FAILED);
        }
        if (caller.isEmpty()) {
            return new Refused(
                    failures.tryTake(ClientAddress.network(head.visit().client()))
                            ? Failures.INVALID_TOKEN
                            : TOO_MANY_REQUESTS);
        }
        if (access == Route.Access.ACCOUNT_BEARER
                && !(caller.get().scope() instanceof Scope.Account)) {
            return new Refused(Failures.FORBIDDEN);
        }
        // Also from those that are never refused: then the others make room.
        boolean within = byAccount.tryTake(caller.get().account().value());
        return within || head.match().route().unrefused()
                ? new Admitted(caller)
                : new Refused(TOO_MANY_REQUESTS);
    }

    /// Answers a request that was admitted.
    Answer answer(Head head, Admitted admitted, byte[] body, int size) {
        Response response;
        Throwable cause = null;
        try {
            response = head.match().route().handler().handle(request(head, admitted, body, size));
        } catch (BadRequest e) {
            response = Failures.badRequest(String.valueOf(e.getMessage()));
        } catch (MalformedJson e) {
            response = Failures.brokenJson(String.valueOf(e.getMessage()));
        } catch (UnsupportedMedia e) {
            response = Failures.mediaType(e.received);
        } catch (OverloadedException e) {
            response = Failures.overloaded();
            cause = e;
        } catch (Exception | StackOverflowError e) {
            response = Failures.UNEXPECTED;
            cause = e;
        }
        Answer answer;
        try {
            answer = Answer.of(response);
        } catch (RuntimeException e) {
            answer = Answer.of(Failures.UNEXPECTED);
            cause = e;
        }
        if (answer.status() < 500) {
            return answer;
        }
        String id = Incident.newId();
        log(head, answer.status(), id, cause);
        return answer.with(Incident.HEADER, id);
    }

    private static boolean admittedByLink(Head head) {
        Route route = head.match().route();
        return route.access() == Route.Access.LINK_OR_BEARER
                && route.link().admits(head.match().parameters(), head.target().queryParameters());
    }

    /// The token, when the header has exactly the form `Bearer <token>`.
    static Optional<String> bearer(HttpHeaders headers) {
        String value = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (value == null || !value.startsWith("Bearer ") || value.length() == 7) {
            return Optional.empty();
        }
        return Optional.of(value.substring(7));
    }

    private Request request(Head head, Admitted admitted, byte[] body, int size) {
        boolean raw = head.match().route().rawBody();
        return new Request(
                head.method(),
                head.target().path(),
                head.match().parameters(),
                head.target().queryParameters(),
                headers(head.headers()),
                raw ? JsonNodeFactory.instance.objectNode() : json(head, body, size),
                raw ? exact(body, size) : NOTHING,
                head.visit().client(),
                head.visit().site(basePath),
                admitted.caller());
    }

    /// A body of announced length fills its array, so that the largest are not copied.
    private static byte[] exact(byte[] body, int size) {
        return size == body.length ? body : Arrays.copyOf(body, size);
    }

    private static JsonNode json(Head head, byte[] body, int size) {
        // A body of GET has no meaning (RFC 9110, 9.3.1).
        if (size == 0 || head.method().equals("GET") || head.method().equals("HEAD")) {
            return JsonNodeFactory.instance.objectNode();
        }
        String type = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
        if (type == null || !isJson(type)) {
            throw new UnsupportedMedia(type == null ? "undefined" : type);
        }
        return Codec.parse(body, 0, size);
    }

    private static boolean isJson(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().equalsIgnoreCase("application/json");
    }

    private static Map<String, String> headers(HttpHeaders headers) {
        var byName = new HashMap<String, String>();
        for (var header : headers) {
            byName.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
        }
        return byName;
    }

    /// One line, without the ids, tokens and texts that the request may hold. An answer that a
    /// route means, such as that of a service which is not configured, is nothing to look into.
    private static void log(Head head, int status, String id, @Nullable Throwable cause) {
        var budget = cause == null ? DELIBERATE : FAILURES;
        OptionalLong withheld = budget.tryTake();
        if (withheld.isEmpty()) {
            return;
        }
        Route route = head.match().route();
        log.atLevel(cause == null ? Level.INFO : Level.WARN)
                .addKeyValue("request", id)
                .addKeyValue("method", route.method())
                .addKeyValue("route", route.pattern())
                .addKeyValue("status", status)
                .addKeyValue("withheld", withheld.getAsLong())
                .setCause(cause)
                .log("request failed");
    }

    private static final class UnsupportedMedia extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final String received;

        UnsupportedMedia(String received) {
            super(received, null, false, false);
            this.received = received;
        }
    }
}
