package dev.roosthold.protocol.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answer of `GET /v1/web/audit`.
///
/// @param entries newest first
/// @param nextBefore what to ask for as `before` to get the entries that follow; null when there
///     are none
public record AuditPage(List<AuditEntry> entries, @Nullable Long nextBefore) {}
