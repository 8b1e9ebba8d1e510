/// Classic Jazz on the relay's port: websockets at `/jazz` whose values are kept in `jazz.db`.
///
/// Jazz clients cannot send headers, so the credential stands in the address, as `token` or `key`:
/// the bearer of an account, which opens that account's own space, or the operator's key, which
/// opens one space for all who know it. Whoever can send headers may use `Authorization`.
///
/// What is stored is what peers signed and encrypted; nothing here can read it. The protocol is in
/// [dev.roosthold.jazz.relay]; this package has the sockets and who may open them.
@NullMarked
package dev.roosthold.relay.jazz;

import org.jspecify.annotations.NullMarked;
