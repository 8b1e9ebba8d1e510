/// Byte formats of the end-to-end encryption: key tree, records, envelopes, sign-in, pairing,
/// recovery text. No I/O.
///
/// Keys live in types that copy their bytes, compare in constant time and print nothing. Opening a
/// text that was damaged, made with another key or has another form throws [CryptoException]; no
/// other exception leaves this package for bytes that came from outside.
@NullMarked
package dev.roosthold.crypto;

import org.jspecify.annotations.NullMarked;
