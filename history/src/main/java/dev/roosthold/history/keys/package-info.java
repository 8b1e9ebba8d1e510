/// The encryption contract of the command history: recovery phrase, keys, blobs, and the file that
/// keeps the keys. Nothing here speaks to a network.
///
/// Secrets are byte arrays that are overwritten when their owner is closed. They are in no text, no
/// exception and no log. What the JDK's ciphers copy is out of reach.
@NullMarked
package dev.roosthold.history.keys;

import org.jspecify.annotations.NullMarked;
