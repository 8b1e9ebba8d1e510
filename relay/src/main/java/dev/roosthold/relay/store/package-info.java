/// The durable store: one writer with group commit, readers apart, migrations. Knows no feature.
@NullMarked
package dev.roosthold.relay.store;

import org.jspecify.annotations.NullMarked;
