/// The way from a shell to the history without starting this program: hooks that append a line to
/// a file, and the reading of those files, which loses nothing and takes nothing twice.
@NullMarked
package dev.roosthold.history.spool;

import org.jspecify.annotations.NullMarked;
