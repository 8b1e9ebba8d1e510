/// The table of `roost conformance`: what a happy-compatible server must do, one case a line, with
/// what was expected and what was seen.
///
/// Nothing of this product is assumed. What every client needs is required; what the contract calls
/// better, and what only this product has, is shown and decides nothing.
@NullMarked
package dev.roosthold.conformance.cases;

import org.jspecify.annotations.NullMarked;
