/// Text and byte forms that Jazz hashes and signs: base58, padded base64url, JSON.
///
/// The JSON writer is written by hand because signatures depend on every byte: general writers
/// escape other characters or print numbers differently. All readers here take text from strangers:
/// they check sizes before they allocate and answer a bad text with [FormatException] only.
@NullMarked
package dev.roosthold.jazz.encoding;

import org.jspecify.annotations.NullMarked;
