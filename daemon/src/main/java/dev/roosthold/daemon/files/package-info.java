/// Remote methods on files and directories, inside the roots. Sizes, counts and times are bounded.
@NullMarked
package dev.roosthold.daemon.files;

import org.jspecify.annotations.NullMarked;
