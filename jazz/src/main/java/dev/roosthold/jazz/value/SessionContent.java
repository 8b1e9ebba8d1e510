package dev.roosthold.jazz.value;

import dev.roosthold.jazz.ids.Signature;
import java.util.List;

/// A piece of a session as it travels.
///
/// @param after how many transactions precede
/// @param lastSignature signature of the session up to and including the last of these
public record SessionContent(int after, List<Transaction> transactions, Signature lastSignature) {
    public SessionContent {
        transactions = List.copyOf(transactions);
    }

    /// How many transactions the session has after this piece.
    public int end() {
        return after + transactions.size();
    }
}
