package dev.roosthold.client.conversation;

/// Hears of a [LiveSession], on its threads; must not block for long.
public interface LiveSessionListener {

    /// [LiveSession#view] gives something else than before.
    void changed();

    /// There is a connection, and everything that was missed is in the view.
    default void connected() {}

    /// There is none; it is tried again.
    default void disconnected(String reason) {}

    /// It cannot be followed any more.
    default void gone(Gone why) {}

    /// Why a session cannot be followed.
    enum Gone {
        /// Deleted, or of another account.
        DELETED,
        /// Its key is not known here.
        LOCKED,
        /// The relay does not accept this device's credential.
        SIGNED_OUT
    }
}
