/// Tries out what was built: the tarball, unpacked, as a person without Java or Node.js would.
@NullMarked
package dev.roosthold.dist;

import org.jspecify.annotations.NullMarked;
