/// The roost command: options, wiring, messages to people.
@NullMarked
package dev.roosthold.cli;

import org.jspecify.annotations.NullMarked;
