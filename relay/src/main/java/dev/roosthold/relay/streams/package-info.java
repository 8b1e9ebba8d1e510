/// Live streams: what a machine or session shows while it works, for whoever looks now.
///
/// Owns the events `session-stream` and `machine-stream`. A frame is passed on as it is, under the
/// same name, to all user-scoped sockets of the account. It is never stored, has no
/// acknowledgement, and what is wrong, too large or too much is dropped without a word: the stored
/// message that ends a stream is what counts.
@NullMarked
package dev.roosthold.relay.streams;

import org.jspecify.annotations.NullMarked;
