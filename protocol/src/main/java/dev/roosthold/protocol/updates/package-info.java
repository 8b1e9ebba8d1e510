/// What the relay sends by itself: numbered updates and ephemeral events.
@NullMarked
package dev.roosthold.protocol.updates;

import org.jspecify.annotations.NullMarked;
