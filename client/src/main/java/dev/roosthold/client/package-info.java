/// Client of the relay for programs: REST and socket, encryption, reconnect.
@NullMarked
package dev.roosthold.client;

import org.jspecify.annotations.NullMarked;
