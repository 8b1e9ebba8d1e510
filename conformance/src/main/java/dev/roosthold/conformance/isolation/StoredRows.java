package dev.roosthold.conformance.isolation;

import java.util.List;
import java.util.Set;

/// Looks at what a server has stored, where the suite can: from outside only answers are seen.
@FunctionalInterface
public interface StoredRows {
    /// A server whose store nobody looks at.
    StoredRows UNSEEN = (_, _) -> List.of();

    /// All rows of an account, as texts in any lasting order, without what is written by being
    /// seen.
    ///
    /// @param account its id
    /// @param ids every id that it has
    List<String> of(String account, Set<String> ids);
}
