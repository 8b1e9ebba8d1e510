/// Answers of the routes about notifications.
@NullMarked
package dev.roosthold.protocol.push;

import org.jspecify.annotations.NullMarked;
