/// The sync daemon: command history, preferences and devices, encrypted by their owner, kept on
/// every device. It holds no key of their content.
@NullMarked
package dev.roosthold.sync;

import org.jspecify.annotations.NullMarked;
