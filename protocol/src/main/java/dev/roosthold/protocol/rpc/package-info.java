/// Events of remote calls between the sockets of an account.
@NullMarked
package dev.roosthold.protocol.rpc;

import org.jspecify.annotations.NullMarked;
