/// Bodies of sessions and messages.
@NullMarked
package dev.roosthold.protocol.sessions;

import org.jspecify.annotations.NullMarked;
