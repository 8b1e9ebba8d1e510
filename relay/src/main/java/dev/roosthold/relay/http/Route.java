package dev.roosthold.relay.http;

import java.util.List;

/// One registered route.
///
/// @param pattern as registered, for logs
/// @param maxBody in bytes
/// @param rawBody whether the body is taken as it is instead of as JSON
/// @param unrefused whether it is answered however many requests its account has made
/// @param link admits requests without a bearer on routes with [Access#LINK_OR_BEARER]
record Route(
        String method,
        String pattern,
        List<String> segments,
        Access access,
        int maxBody,
        boolean rawBody,
        boolean unrefused,
        Routes.Link link,
        Routes.Handler handler) {

    static final Routes.Link NO_LINK = (_, _) -> false;

    /// A route that takes JSON and knows its callers by their bearer alone.
    Route(
            String method,
            String pattern,
            List<String> segments,
            Access access,
            int maxBody,
            Routes.Handler handler) {
        this(method, pattern, segments, access, maxBody, false, false, NO_LINK, handler);
    }

    enum Access {
        OPEN,
        LINK_OR_BEARER,
        BEARER,
        ACCOUNT_BEARER
    }
}
