/// Settings of the daemon: where each comes from, what is valid, and the files that belong to it.
@NullMarked
package dev.roosthold.sync.config;

import org.jspecify.annotations.NullMarked;
