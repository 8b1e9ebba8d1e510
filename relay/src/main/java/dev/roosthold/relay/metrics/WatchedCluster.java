package dev.roosthold.relay.metrics;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What is read of a relay that is one of several, at the moment somebody asks for metrics.
/// Everything answers at once; all may be called on any thread. Sums are since the start.
///
/// @param busConnected whether the other nodes can be told anything now
/// @param busLosses how often the connection to the bus was lost
/// @param busDropped messages that could not be sent
/// @param updatesTold updates of this node that the others were told of
/// @param updatesHeard updates that other nodes have told of
/// @param updatesRead updates of other nodes that were found in the log, not having been heard
/// @param callsSent calls that were given to another node
/// @param callsTaken calls of other nodes that a socket here was asked
/// @param nodes that were alive at the latest beat, this one included
/// @param nodesGone dead or stopped nodes that this one has seen to
/// @param leads whether this node does what one of them does for all
/// @param sinceBeat how long ago the lease of this node was renewed
public record WatchedCluster(
        BooleanSupplier busConnected,
        LongSupplier busLosses,
        LongSupplier busDropped,
        LongSupplier updatesTold,
        LongSupplier updatesHeard,
        LongSupplier updatesRead,
        LongSupplier callsSent,
        LongSupplier callsTaken,
        IntSupplier nodes,
        LongSupplier nodesGone,
        BooleanSupplier leads,
        Supplier<Duration> sinceBeat) {}
