package dev.roosthold.jazz.client;

/// An operation of [Jazz] did not come to its end; the kinds say why.
public sealed class JazzException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private JazzException(String message) {
        super(message);
    }

    /// The relay did not answer in time, or there is no connection.
    public static final class TimedOut extends JazzException {
        private static final long serialVersionUID = 1;

        TimedOut(String what) {
            super(what + ": no answer in time");
        }
    }

    /// The relay does not have the account.
    public static final class NoAccount extends JazzException {
        private static final long serialVersionUID = 1;

        NoAccount(String account) {
            super("the relay does not have account " + account);
        }
    }

    /// The account exists already: log in instead.
    public static final class AccountExists extends JazzException {
        private static final long serialVersionUID = 1;

        AccountExists(String account) {
            super("account " + account + " exists");
        }
    }

    /// A value, or something that it needs, is not here.
    public static final class NotHere extends JazzException {
        private static final long serialVersionUID = 1;

        NotHere(String what) {
            super(what);
        }
    }
}
