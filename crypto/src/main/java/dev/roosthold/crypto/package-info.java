/// Byte formats of the end-to-end encryption: key tree, records, envelopes, sign-in, pairing,
// recovery text. No I/O.
@NullMarked
package dev.roosthold.crypto;

import org.jspecify.annotations.NullMarked;
