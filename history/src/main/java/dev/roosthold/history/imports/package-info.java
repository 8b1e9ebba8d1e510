/// Histories of before: what bash, zsh, fish and atuin have kept. The same file gives the same ids
/// each time, so importing twice adds nothing twice.
@NullMarked
package dev.roosthold.history.imports;

import org.jspecify.annotations.NullMarked;
