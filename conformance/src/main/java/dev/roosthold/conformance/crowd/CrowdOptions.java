package dev.roosthold.conformance.crowd;

import java.time.Duration;

/// What a crowd does.
///
/// @param seed of everything that is drawn; the interleaving on the server is not drawn
/// @param accounts whose things are read and written
/// @param clients for each account, each with a connection of its own
/// @param duration how long they work
/// @param pause longest time between two operations of one client; zero lets them work without one
/// @param operations they stop when there are so many, even when there is time left
/// @param nodes whether the addresses are those of several nodes of one server, each of which may
///     die: clients go from one to the other then, and it is measured how long they are without an
///     acknowledged write and what becomes of their calls
public record CrowdOptions(
        long seed,
        int accounts,
        int clients,
        Duration duration,
        Duration pause,
        long operations,
        boolean nodes) {

    public CrowdOptions {
        if (accounts < 1 || clients < 1) {
            throw new IllegalArgumentException("nobody would do anything");
        }
    }

    /// Three accounts with eight clients each.
    public static CrowdOptions of(long seed, Duration duration) {
        return new CrowdOptions(seed, 3, 8, duration, Duration.ofMillis(20), Long.MAX_VALUE, false);
    }

    public CrowdOptions withCrowd(int ofAccounts, int ofClients) {
        return new CrowdOptions(seed, ofAccounts, ofClients, duration, pause, operations, nodes);
    }

    public CrowdOptions withPause(Duration value) {
        return new CrowdOptions(seed, accounts, clients, duration, value, operations, nodes);
    }

    public CrowdOptions withOperations(long value) {
        return new CrowdOptions(seed, accounts, clients, duration, pause, value, nodes);
    }

    public CrowdOptions withNodes() {
        return new CrowdOptions(seed, accounts, clients, duration, pause, operations, true);
    }
}
