/// The history database of this computer: the commands of all devices, in plaintext, in a file that
/// only its owner may read. All SQL of it is here.
@NullMarked
package dev.roosthold.history.store;

import org.jspecify.annotations.NullMarked;
