/// The relay's own secrets: each is a file of its own in the data directory, mode 0600, so that a
/// copy of the database alone opens nothing. Knows no feature.
@NullMarked
package dev.roosthold.relay.secrets;

import org.jspecify.annotations.NullMarked;
