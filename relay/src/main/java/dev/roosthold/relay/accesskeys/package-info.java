/// Access keys: what lets one machine open one session, encrypted by the clients.
///
/// Owns the table `access_key`, the routes `/v1/access-keys` and the event `access-key-get`. A key
/// is reachable exactly when both its session and its machine are, so a machine's own credential
/// reaches the keys of that machine for the sessions it made. It goes with either of them. Nobody
/// is told of changes.
@NullMarked
package dev.roosthold.relay.accesskeys;

import org.jspecify.annotations.NullMarked;
