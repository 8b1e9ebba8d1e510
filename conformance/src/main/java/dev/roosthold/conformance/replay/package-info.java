/// Plays recorded exchanges against a server and compares what comes back.
///
/// The recordings are data and are never rewritten. Where a server is meant to behave differently
/// from the recorded one, the difference stands in `allowed-differences.json` beside them, with the
/// value that is expected instead and the reason. Start with
/// [dev.roosthold.conformance.replay.Replay].
@NullMarked
package dev.roosthold.conformance.replay;

import org.jspecify.annotations.NullMarked;
