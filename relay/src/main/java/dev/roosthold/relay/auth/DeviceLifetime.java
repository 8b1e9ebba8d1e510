package dev.roosthold.relay.auth;

import java.time.Duration;
import java.util.Optional;

/// When devices end by themselves. By default never: the clients of the protocol cannot renew a
/// bearer, so that people have to sign in again.
///
/// @param idle time without a request, an event or an open socket after which a device ends. Use is
///     noted once a minute, so the end comes up to a minute late and never early
/// @param age time since it was made after which a device ends, used or not
public record DeviceLifetime(Optional<Duration> idle, Optional<Duration> age) {
    public static final DeviceLifetime UNLIMITED =
            new DeviceLifetime(Optional.empty(), Optional.empty());

    static final Duration IDLE_SLACK = Duration.ofMinutes(1);

    /// Why a device ended; the name in lower case is in the audit log.
    enum End {
        IDLE,
        AGE
    }

    public DeviceLifetime {
        idle.ifPresent(DeviceLifetime::requirePositive);
        age.ifPresent(DeviceLifetime::requirePositive);
    }

    public DeviceLifetime withIdle(Duration value) {
        return new DeviceLifetime(Optional.of(value), age);
    }

    public DeviceLifetime withAge(Duration value) {
        return new DeviceLifetime(idle, Optional.of(value));
    }

    public boolean isUnlimited() {
        return idle.isEmpty() && age.isEmpty();
    }

    /// Devices that were made then or before are over; the smallest number when there is no limit.
    long madeBefore(long nowMs) {
        return age.map(limit -> nowMs - limit.toMillis()).orElse(Long.MIN_VALUE);
    }

    /// Devices that were used last then or before are over; the smallest number without a limit.
    long usedBefore(long nowMs) {
        return idle.map(limit -> nowMs - limit.plus(IDLE_SLACK).toMillis()).orElse(Long.MIN_VALUE);
    }

    private static void requirePositive(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("the lifetime " + time + " is not positive");
        }
    }
}
