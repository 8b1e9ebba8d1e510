/// Messages of sessions.
///
/// Owns the table `message`, the routes `/v3/sessions/:id/messages` and `/v1/sessions/:id/messages`
/// and the event `message`. The number of a message and its row become visible together, in order:
/// both are written in one store write, and writes commit one after the other. So whoever pages
/// with `after_seq` never misses a message that appears later with a smaller number. A repeated
/// `localId` stores nothing, takes no number and answers what is stored.
@NullMarked
package dev.roosthold.relay.messages;

import org.jspecify.annotations.NullMarked;
