package dev.roosthold.conformance.hostile;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One hostile request.
///
/// @param name what is wrong with it
/// @param path with its query, percent-encoded
/// @param bearer the whole `Authorization` header; empty for none
/// @param headers more headers
/// @param body empty for none
/// @param statuses of which the answer should have one; empty for any below 500
/// @param borne statuses that no client minds, although one of the others is better
record RestCase(
        String name,
        String method,
        String path,
        Optional<String> bearer,
        Map<String, String> headers,
        Optional<String> body,
        Set<Integer> statuses,
        Set<Integer> borne) {}
