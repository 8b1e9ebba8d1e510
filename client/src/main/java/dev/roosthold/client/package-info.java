/// Client of the relay for programs: REST and socket, encryption, reconnect.
///
/// Outcomes that a caller must expect are values ([Reply], [UpdateResult]); the
/// three that must never be mixed up are "credentials refused" (stop), "denied" (this request is
/// wrong) and "unavailable" (try again later). The Socket.IO library and its JSON types stay inside
/// this package.
@NullMarked
package dev.roosthold.client;

import org.jspecify.annotations.NullMarked;
