package dev.roosthold.conformance.isolation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// An answer that the contract gives to somebody else's id and not to one that nobody has.
///
/// @param where route or event
/// @param ids names of the ids that get it
/// @param status of the answer; 0 for an event
/// @param text what stands in the answer
/// @param tried false where trying it would use it: whoever has the value is meant
record Allowance(
        String where, Set<String> ids, int status, String text, boolean tried, String reason) {

    private static final Set<String> MACHINES = Set.of("machine", "webMachine", "otherMachine");

    static final List<Allowance> ALL =
            List.of(
                    new Allowance(
                            "POST /v1/machines",
                            MACHINES,
                            409,
                            "another account",
                            true,
                            "machine ids are unique on the relay"),
                    new Allowance(
                            "POST /v1/web/machines",
                            MACHINES,
                            409,
                            "already exists",
                            true,
                            "machine ids are unique on the relay"),
                    new Allowance(
                            "POST /v1/artifacts",
                            Set.of("artifact"),
                            409,
                            "another account",
                            true,
                            "artifact ids are unique on the relay"),
                    new Allowance(
                            "artifact-create",
                            Set.of("artifact"),
                            0,
                            "another account",
                            true,
                            "artifact ids are unique on the relay"),
                    new Allowance(
                            "POST /v1/auth/response",
                            Set.of("pairing"),
                            200,
                            "success",
                            true,
                            "the first answer to a pairing counts, later ones get 200"),
                    new Allowance(
                            "POST /v1/auth/account/response",
                            Set.of("accountPairing"),
                            200,
                            "success",
                            true,
                            "the first answer to a pairing counts, later ones get 200"),
                    new Allowance(
                            "GET /v1/auth/request/status",
                            Set.of("pairing"),
                            200,
                            "authorized",
                            true,
                            "whoever has the key of a pairing may ask how far it is"),
                    new Allowance(
                            "POST /v1/auth/request",
                            Set.of("pairing"),
                            200,
                            "",
                            false,
                            "whoever has the key of a pairing is the one who waits"),
                    new Allowance(
                            "POST /v1/auth/account/request",
                            Set.of("accountPairing"),
                            200,
                            "",
                            false,
                            "whoever has the key of a pairing is the one who waits"),
                    new Allowance(
                            "GET /v1/user/*",
                            Set.of("account"),
                            200,
                            "\"status\":\"none\"",
                            true,
                            "people find each other by their account's id"),
                    new Allowance(
                            "POST /v1/friends/remove",
                            Set.of("account"),
                            200,
                            "\"status\":\"none\"",
                            true,
                            "people find each other by their account's id"),
                    new Allowance(
                            "POST /v1/friends/add",
                            Set.of("account"),
                            200,
                            "",
                            false,
                            "a request to be friends reaches the other; tried on its own"));

    static Optional<Allowance> of(String where, String id) {
        return ALL.stream().filter(a -> a.where.equals(where) && a.ids.contains(id)).findFirst();
    }

    boolean covers(int answered, String body) {
        return answered == status && body.contains(text);
    }
}
