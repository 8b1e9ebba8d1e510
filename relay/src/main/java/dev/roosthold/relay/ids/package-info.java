/// Makes the identifiers and secrets that the relay hands out.
@NullMarked
package dev.roosthold.relay.ids;

import org.jspecify.annotations.NullMarked;
