/// The way to a relay: a WebSocket that carries frames of text.
@NullMarked
package dev.roosthold.jazz.transport;

import org.jspecify.annotations.NullMarked;
