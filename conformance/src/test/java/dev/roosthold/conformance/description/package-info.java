/// The relay's own descriptions, `/openapi.json` and `/asyncapi.json`, held against what the relay
/// does.
@NullMarked
package dev.roosthold.conformance.description;

import org.jspecify.annotations.NullMarked;
