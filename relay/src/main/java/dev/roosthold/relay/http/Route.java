package dev.roosthold.relay.http;

import java.util.List;

/// One registered route.
///
/// @param pattern as registered, for logs
/// @param maxBody in bytes
record Route(
        String method,
        String pattern,
        List<String> segments,
        Access access,
        int maxBody,
        Routes.Handler handler) {

    enum Access {
        OPEN,
        BEARER,
        ACCOUNT_BEARER
    }
}
