/// HTTP server, router, limits, errors to status. Knows no feature.
@NullMarked
package dev.roosthold.relay.http;

import org.jspecify.annotations.NullMarked;
