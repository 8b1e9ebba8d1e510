/// The relay. [dev.roosthold.relay.Relay] builds the whole graph; each feature is a package.
@NullMarked
package dev.roosthold.relay;

import org.jspecify.annotations.NullMarked;
