package dev.roosthold.relay.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Names one failure, so that what a client saw can be found in the log. Tells nothing about it.
public final class Incident {
    /// Carries the id to the client.
    public static final String HEADER = "x-request-id";

    private Incident() {}

    /// Eight hexadecimal digits; two of a day may well be equal, their times differ.
    public static String newId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }
}
