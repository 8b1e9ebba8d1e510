package dev.roosthold.daemon.git;

import tools.jackson.databind.node.ObjectNode;

/// Where a clone reports to: the live stream that its caller named. Frames go out in order, are
/// encrypted on the way and may be lost.
@FunctionalInterface
public interface ProgressStream {

    /// Sends one frame; never blocks for long, never fails.
    ///
    /// @param streamId chosen by the caller
    /// @param number counts from 0 in its stream
    void send(String streamId, long number, ObjectNode frame);
}
