/// Sessions: the row, its encrypted fields and who may use it.
///
/// Owns the table `session` and the routes and events that read and write it. Whatever hangs on a
/// session asks [dev.roosthold.relay.sessions.Sessions].
@NullMarked
package dev.roosthold.relay.sessions;

import org.jspecify.annotations.NullMarked;
