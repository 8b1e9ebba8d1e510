/// Key-value pairs of an account, encrypted by the clients.
///
/// Owns the table `kv_pair`, the routes `/v1/kv` and the update `kv-batch-update`, one for each
/// accepted request, to the user-scoped sockets. A machine's own credential reaches nothing here.
///
/// - A request changes all of its pairs or none. Every mutation names the version it replaces, -1
///   for a key that never was, and is judged against the state before the request.
/// - The first version is 0. A deleted pair keeps its row and version, so that a writer who did not
///   see the deletion cannot undo it.
@NullMarked
package dev.roosthold.relay.kv;

import org.jspecify.annotations.NullMarked;
