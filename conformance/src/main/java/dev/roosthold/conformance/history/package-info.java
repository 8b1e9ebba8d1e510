/// Judges what many clients have seen of one server, from their records alone: no input, no output,
/// no clock.
///
/// A client records every operation with the times at which it began and ended and what came of
/// it. Two kinds of things are judged:
///
/// - a *versioned register*: a value that is replaced by naming the version that one has read
///   (metadata, states, settings, keys, parts of artifacts). Versions are the order of the writes,
///   so whether a history is linearizable is decided in one pass over the sorted operations;
/// - a *stream*: the numbered messages of one session.
///
/// An operation whose answer was lost may have happened or not, once, at any time after it began.
@NullMarked
package dev.roosthold.conformance.history;

import org.jspecify.annotations.NullMarked;
