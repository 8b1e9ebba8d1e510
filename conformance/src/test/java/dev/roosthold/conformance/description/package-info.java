/// The relay's own descriptions, `/v1/openapi.json` and `/v1/asyncapi.json`, held against what the
/// relay does.
@NullMarked
package dev.roosthold.conformance.description;

import org.jspecify.annotations.NullMarked;
