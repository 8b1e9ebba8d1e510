/// Counting what clients do, so that one of them cannot use up the relay. Every limit heals by
/// itself. Knows no feature.
@NullMarked
package dev.roosthold.relay.limits;

import org.jspecify.annotations.NullMarked;
