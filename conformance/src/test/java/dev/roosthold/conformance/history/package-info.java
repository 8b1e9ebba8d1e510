@NullMarked
package dev.roosthold.conformance.history;

import org.jspecify.annotations.NullMarked;
