/// Artifacts: encrypted documents of an account.
@NullMarked
package dev.roosthold.protocol.artifacts;

import org.jspecify.annotations.NullMarked;
