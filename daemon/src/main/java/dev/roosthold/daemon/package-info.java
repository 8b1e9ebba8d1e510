/// The machine daemon: registers a machine, keeps its encrypted state, heartbeats.
@NullMarked
package dev.roosthold.daemon;

import org.jspecify.annotations.NullMarked;
