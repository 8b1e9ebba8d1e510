package dev.roosthold.jazz.account;

import dev.roosthold.jazz.ids.CoId;

/// The secret belongs to another account than the one that was named.
public final class WrongAccountException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongAccountException(CoId account) {
        super("the secret does not belong to account " + account);
    }
}
