/// The messages that peers exchange and their JSON form. No sockets.
@NullMarked
package dev.roosthold.jazz.sync;

import org.jspecify.annotations.NullMarked;
