/// Typed ids: values, agents, sessions, keys and signatures. Each keeps its text form and checks it
/// when it is made, so that an id that exists is well-formed.
@NullMarked
package dev.roosthold.jazz.ids;

import org.jspecify.annotations.NullMarked;
