/// Values on disk, in one SQLite file.
@NullMarked
package dev.roosthold.jazz.store;

import org.jspecify.annotations.NullMarked;
