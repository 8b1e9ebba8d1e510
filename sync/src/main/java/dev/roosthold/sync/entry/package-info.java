/// Entries as they travel: their form, and which of two versions counts.
@NullMarked
package dev.roosthold.sync.entry;

import org.jspecify.annotations.NullMarked;
