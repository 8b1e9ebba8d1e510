package dev.roosthold.relay.connect;

import dev.roosthold.relay.http.BadRequest;
import dev.roosthold.relay.http.Request;
import java.util.Arrays;

/// Services whose tokens are kept.
enum Vendor {
    OPENAI("openai"),
    ANTHROPIC("anthropic"),
    GEMINI("gemini");

    private final String wire;

    Vendor(String wire) {
        this.wire = wire;
    }

    /// The name in paths, answers and rows.
    String wire() {
        return wire;
    }

    /// The vendor that the path names.
    ///
    /// @throws BadRequest when it is none of these
    static Vendor of(Request request) {
        String named = request.parameter("vendor");
        return Arrays.stream(values())
                .filter(vendor -> vendor.wire.equals(named))
                .findFirst()
                .orElseThrow(
                        () ->
                                new BadRequest(
                                        "params/vendor Invalid option: expected one of"
                                                + " \"openai\"|\"anthropic\"|\"gemini\""));
    }
}
