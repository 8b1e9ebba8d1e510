/// Letting a new client into an account: the newcomer's side and the side of a client that is in.
/// The relay passes the answer on and cannot read it.
@NullMarked
package dev.roosthold.client.pairing;

import org.jspecify.annotations.NullMarked;
