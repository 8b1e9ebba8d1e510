/// Artifacts: encrypted documents of an account, each with a header and a body.
///
/// Owns the table `artifact`, the routes `/v1/artifacts`, the socket events `artifact-read`,
/// `artifact-create`, `artifact-update` and `artifact-delete`, and the updates `new-artifact`,
/// `update-artifact` and `delete-artifact`, which go to the user-scoped sockets.
///
/// - Only credentials of the account itself reach them; a machine's own credential does not.
/// - An id is unique on the relay; one of another account is a conflict when creating and looks
///   absent everywhere else.
/// - Header and body have a version each. A write names the version it replaces for every part it
///   writes, and either all of its parts are written or none.
@NullMarked
package dev.roosthold.relay.artifacts;

import org.jspecify.annotations.NullMarked;
