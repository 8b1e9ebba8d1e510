/// Answers of the routes about tokens of other services.
@NullMarked
package dev.roosthold.protocol.connect;

import org.jspecify.annotations.NullMarked;
