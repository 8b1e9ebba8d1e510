/// What the relay says about itself: `GET /v1/openapi.json` (OpenAPI 3.1, REST) and
/// `GET /v1/asyncapi.json` (AsyncAPI 3.0, the socket).
///
/// The source are hand-written files beside this package's classes: `openapi.json` and
/// `asyncapi.json` hold what concerns everything, `rest/` and `socket/` what one feature has, and
/// `shared.json` the schemas that both documents use. A new route or event is described in the file
/// of its feature; tests compare both documents with what a relay really registers, answers and
/// sends.
@NullMarked
package dev.roosthold.relay.description;

import org.jspecify.annotations.NullMarked;
