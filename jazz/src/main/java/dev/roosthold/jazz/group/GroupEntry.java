package dev.roosthold.jazz.group;

import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.TransactionId;

/// One `set` of a group.
///
/// @param value a text; entries of groups hold nothing else
/// @param at the transaction, which the nonce of sealed values depends on
public record GroupEntry(String key, String value, TransactionId at, long madeAt) {
    static final String EVERYONE = "everyone";
    static final String READ_KEY = "readKey";
    static final String SEALER = "groupSealer";
    static final String PARENT = "parent_";
    static final String CHILD = "child_";
    static final String WRITE_KEY = "writeKeyFor_";
    static final String FOR = "_for_";
    static final String SEALED_FOR = "_sealedFor_";

    public Author author() {
        return at.session().author();
    }
}
