/// What sessions have used up: tokens and cost.
@NullMarked
package dev.roosthold.protocol.usage;

import org.jspecify.annotations.NullMarked;
