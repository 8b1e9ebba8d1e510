/// Who is asking: account, credential, scope. Known to the transports and to every feature; knows
/// none of them.
@NullMarked
package dev.roosthold.relay.caller;

import org.jspecify.annotations.NullMarked;
