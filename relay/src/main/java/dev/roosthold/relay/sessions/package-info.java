/// Sessions: the row, its encrypted fields and who may use it.
///
/// Owns the table `session` and the routes and events that read and write it. Messages, artifacts
// of
/// sessions and everything else that hangs on a session ask
// [dev.roosthold.relay.sessions.Sessions].
@NullMarked
package dev.roosthold.relay.sessions;

import org.jspecify.annotations.NullMarked;
