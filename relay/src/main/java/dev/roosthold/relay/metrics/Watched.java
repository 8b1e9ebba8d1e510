package dev.roosthold.relay.metrics;

import dev.roosthold.relay.store.DatabaseStore;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// What is read at the moment somebody asks for metrics. Everything but the store's counts of
/// records answers at once; all may be called on any thread.
///
/// @param version of the program
/// @param ready as it was last known
/// @param appendedUpdates since the start
/// @param droppedUpdates since the start, because they were too many or too old
/// @param probes how often a device asked for much that is not there
/// @param lastBackup before when everything is in the latest backup, in seconds since 1970; 0 when
///     none was ever made
/// @param activeMachines machines that are online
/// @param activeSessions sessions that are active
public record Watched(
        DatabaseStore store,
        InstantSource clock,
        String version,
        BooleanSupplier ready,
        LongSupplier appendedUpdates,
        LongSupplier droppedUpdates,
        LongSupplier probes,
        LongSupplier lastBackup,
        IntSupplier activeMachines,
        IntSupplier activeSessions) {}
