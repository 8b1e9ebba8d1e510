package dev.roosthold.sync.replica;

import dev.roosthold.jazz.transport.RefusedException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// Why the relay could not be used.
public sealed interface RelayFailure {
    /// Not found, refused, reset, or no answer in time.
    record Network(String what) implements RelayFailure {}

    /// 401 or 403.
    record Authentication(int status) implements RelayFailure {}

    /// 429.
    ///
    /// @param after what the relay asks for; at most 300 s
    record RateLimited(Duration after) implements RelayFailure {}

    /// 5xx.
    record Server(int status) implements RelayFailure {}

    /// Another answer that is no WebSocket.
    record Invalid(int status) implements RelayFailure {}

    /// The longest wait that a relay can ask for.
    Duration LONGEST = Duration.ofMinutes(5);

    /// When it asks for none.
    Duration USUAL = Duration.ofSeconds(5);

    /// A word for programs.
    default String code() {
        return switch (this) {
            case Network _ -> "NETWORK_UNREACHABLE";
            case Authentication _ -> "INVALID_CREDENTIALS";
            case RateLimited _ -> "RATE_LIMITED";
            case Server _ -> "SERVER_ERROR";
            case Invalid _ -> "INVALID_DATA";
        };
    }

    /// A sentence for people.
    default String message() {
        return switch (this) {
            case Network(String what) -> what;
            case Authentication(int status) -> "The relay refuses this account (" + status + ").";
            case RateLimited _ -> "The relay asks for fewer requests (429).";
            case Server(int status) -> "The relay has a fault (" + status + ").";
            case Invalid(int status) -> "The relay does not take this request (" + status + ").";
        };
    }

    /// What an answer to the request for a WebSocket means.
    static RelayFailure of(RefusedException refused, Instant now) {
        int status = refused.status();
        if (status == 401 || status == 403) {
            return new Authentication(status);
        }
        if (status == 429) {
            return new RateLimited(retryAfter(refused.retryAfter(), now));
        }
        if (status >= 500) {
            return new Server(status);
        }
        return new Invalid(status);
    }

    /// Seconds or a date; 5 s when it is neither, at most 300 s.
    static Duration retryAfter(@Nullable String header, Instant now) {
        if (header == null) {
            return USUAL;
        }
        Duration wait;
        try {
            wait =
                    Duration.ofSeconds(
                            Math.min(LONGEST.toSeconds(), Long.parseLong(header.strip())));
        } catch (NumberFormatException e) {
            try {
                Instant at =
                        ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant();
                wait = Duration.between(now, at);
            } catch (DateTimeException second) {
                return USUAL;
            }
        }
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
