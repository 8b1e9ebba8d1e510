/// The relay without a network.
@NullMarked
package dev.roosthold.jazz.relay;

import org.jspecify.annotations.NullMarked;
