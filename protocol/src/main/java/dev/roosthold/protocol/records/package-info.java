/// The objects inside the encrypted fields of sessions and machines. Several programs write each of
/// them, so they are views of a [dev.roosthold.protocol.JsonObject]: reading is lenient, and a
/// change keeps every field that it is not about, known or not.
@NullMarked
package dev.roosthold.protocol.records;

import org.jspecify.annotations.NullMarked;
