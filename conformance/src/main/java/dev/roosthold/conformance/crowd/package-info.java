/// A crowd of clients that read and write the same things through real connections while links
/// break and the server dies, and write down what they see for [dev.roosthold.conformance.history].
///
/// Only what every happy-compatible server offers is used. A request that gets no answer, or an
/// answer that says nothing about what happened, is an operation with an unknown end.
@NullMarked
package dev.roosthold.conformance.crowd;

import org.jspecify.annotations.NullMarked;
