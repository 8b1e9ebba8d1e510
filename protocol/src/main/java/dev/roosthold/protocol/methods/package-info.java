/// The remote methods of machines and sessions: names, parameters and results, as they are inside
/// the encryption. How a call travels is in [dev.roosthold.protocol.rpc].
@NullMarked
package dev.roosthold.protocol.methods;

import org.jspecify.annotations.NullMarked;
