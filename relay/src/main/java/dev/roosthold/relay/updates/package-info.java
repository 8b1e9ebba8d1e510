/// The update log and the one way out to sockets.
@NullMarked
package dev.roosthold.relay.updates;

import org.jspecify.annotations.NullMarked;
