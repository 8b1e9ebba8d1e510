/// The states of the daemon, the transitions between them, and what may be called in which.
@NullMarked
package dev.roosthold.sync.state;

import org.jspecify.annotations.NullMarked;
