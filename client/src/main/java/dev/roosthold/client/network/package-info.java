/// How a client reaches a relay from where it runs: through which proxy, and whose certificates it
/// believes. The same for REST and sockets.
@NullMarked
package dev.roosthold.client.network;

import org.jspecify.annotations.NullMarked;
