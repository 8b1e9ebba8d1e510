/// Sessions: the row, its encrypted fields, its presence and who may use it.
///
/// Owns the tables `session` and `session_to_purge`, the routes `/v1/sessions` and `/v2/sessions`
/// without those of messages, the socket events `update-metadata`, `update-state`, `session-alive`
/// and `session-end`, the updates `new-session`, `update-session` and `delete-session`, and the
/// ephemeral `activity`. Messages and everything else that hangs on a session ask
/// [dev.roosthold.relay.sessions.Sessions].
///
/// - A session is found by its tag, one for each account, or by its id.
/// - The credential of an account reaches all its sessions, that of a machine those it made; what
///   is out of reach looks absent.
/// - Encrypted fields have versions; a write names the version it replaces, and a refused one gets
///   what is current.
/// - A deleted session is gone at once; its messages leave the disk little by little.
@NullMarked
package dev.roosthold.relay.sessions;

import org.jspecify.annotations.NullMarked;
