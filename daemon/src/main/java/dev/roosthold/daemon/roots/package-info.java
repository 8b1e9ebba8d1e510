/// The directories that remote work on files stays inside, and the only way for it to a file.
///
/// A path from afar is resolved by this package itself, one name at a time, from the open handle of
/// a root directory: each step opens the next directory relative to the last one and follows no
/// link. Links are read as text and resolved the same way, so they may lead anywhere inside the
/// roots and nowhere else. What is opened in the end hangs on those handles: replacing a directory
/// by a link meanwhile changes nothing. Where the system has no relative opening (Windows), paths
/// are checked before and after instead.
@NullMarked
package dev.roosthold.daemon.roots;

import org.jspecify.annotations.NullMarked;
