/// The copy of everything that is kept with Jazz, and the way to the relay.
@NullMarked
package dev.roosthold.sync.replica;

import org.jspecify.annotations.NullMarked;
