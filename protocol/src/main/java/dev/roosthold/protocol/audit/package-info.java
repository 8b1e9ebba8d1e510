/// Answers of the route about the audit log.
@NullMarked
package dev.roosthold.protocol.audit;

import org.jspecify.annotations.NullMarked;
