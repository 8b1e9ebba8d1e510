/// Is one account hidden from another? Tries every route and every socket event with every id of
/// somebody else's account in every place where an id can stand, and compares each answer with the
/// one for an id that nobody has.
@NullMarked
package dev.roosthold.conformance.isolation;

import org.jspecify.annotations.NullMarked;
