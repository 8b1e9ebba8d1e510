package dev.roosthold.conformance.cases;

/// How much depends on a case.
public enum Grade {
    /// A client breaks without it.
    REQUIRED,
    /// All clients accept it and are better off.
    BETTER,
    /// Only shown: whether a server has something that other servers need not have.
    EXTRA
}
