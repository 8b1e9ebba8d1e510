/// What happens in an account, as it happens and without holes: updates of the socket, and after
/// each reconnect first those that were missed, read through `GET /v1/changes`.
@NullMarked
package dev.roosthold.client.changes;

import org.jspecify.annotations.NullMarked;
