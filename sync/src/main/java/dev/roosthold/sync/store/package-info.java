/// Cache, queue and identity in one SQLite file, written by one thread.
@NullMarked
package dev.roosthold.sync.store;

import org.jspecify.annotations.NullMarked;
