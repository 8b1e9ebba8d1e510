/// Builds the tarball: runtime, jars, launcher, licences and list of parts in one folder, and that
/// folder as bytes that depend on the source and the JDK alone, not on when, where or by whom they
/// are made.
@NullMarked
package dev.roosthold.dist;

import org.jspecify.annotations.NullMarked;
