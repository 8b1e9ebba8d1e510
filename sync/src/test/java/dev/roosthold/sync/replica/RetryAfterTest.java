package dev.roosthold.sync.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.transport.RefusedException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Section 11: what the header means, and what a status is.
final class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7                             | 7",
                "0                             | 0",
                "-3                            | 0",
                "301                           | 300",
                "99999999999                   | 300",
                "Thu, 26 Nov 2026 10:00:30 GMT | 30",
                "Thu, 26 Nov 2026 09:00:00 GMT | 0",
                "Thu, 26 Nov 2026 11:00:00 GMT | 300",
                "soon                          | 5",
                "                              | 5",
            })
    void secondsOrADate(String header, long seconds) {
        assertThat(RelayFailure.retryAfter(header, NOW).toSeconds()).isEqualTo(seconds);
    }

    @Test
    void statusCodesOfTheUpgrade() {
        assertThat(of(401)).isInstanceOf(RelayFailure.Authentication.class);
        assertThat(of(403)).isInstanceOf(RelayFailure.Authentication.class);
        assertThat(of(429)).isInstanceOf(RelayFailure.RateLimited.class);
        assertThat(of(500)).isInstanceOf(RelayFailure.Server.class);
        assertThat(of(503)).isInstanceOf(RelayFailure.Server.class);
        assertThat(of(400)).isInstanceOf(RelayFailure.Invalid.class);
        assertThat(of(404)).isInstanceOf(RelayFailure.Invalid.class);
    }

    private static RelayFailure of(int status) {
        return RelayFailure.of(new RefusedException(status, null), NOW);
    }
}
