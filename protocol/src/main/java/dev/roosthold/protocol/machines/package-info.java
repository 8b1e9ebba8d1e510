/// Machines as the happy clients see them and as the web page sees them.
@NullMarked
package dev.roosthold.protocol.machines;

import org.jspecify.annotations.NullMarked;
