/// Files of the home directory that hold secrets, or ciphertext and who it is for: written in one
/// step and readable by their owner only. For the client, the daemon and the command.
@NullMarked
package dev.roosthold.client.files;

import org.jspecify.annotations.NullMarked;
