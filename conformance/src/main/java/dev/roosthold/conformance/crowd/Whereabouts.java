package dev.roosthold.conformance.crowd;

import java.util.List;
import java.util.Random;

/// At which of the server's addresses one client is. Used by the client's own thread.
final class Whereabouts {
    private final List<Api> places;
    private final Random random;
    private int at;

    /// @param first index of the address where it begins
    Whereabouts(List<Api> places, int first, Random random) {
        this.places = List.copyOf(places);
        this.at = Math.floorMod(first, places.size());
        this.random = random;
    }

    Api here() {
        return places.get(at);
    }

    /// To the next address, as a client does that got no answer.
    void moveOn() {
        at = (at + 1) % places.size();
    }

    /// To any of them, as whoever stands before several nodes sends a client that comes back.
    void moveAnywhere() {
        at = random.nextInt(places.size());
    }
}
