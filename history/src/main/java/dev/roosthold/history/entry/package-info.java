/// What an entry of the history is: its plaintext, its id, how dangerous its command is, and what
/// must not leave this computer. No I/O but for the file of patterns.
@NullMarked
package dev.roosthold.history.entry;

import org.jspecify.annotations.NullMarked;
