/// Encrypted calls between the clients of an account, through the relay.
@NullMarked
package dev.roosthold.client.rpc;

import org.jspecify.annotations.NullMarked;
