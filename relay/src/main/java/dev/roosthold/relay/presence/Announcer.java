package dev.roosthold.relay.presence;

/// Tells the people of an account about the presence of one kind. Called while a lease is locked:
/// must not block and must not ask presence.
///
/// @param <K> names a row inside its account
@FunctionalInterface
public interface Announcer<K> {
    void tell(K key, Activity activity);
}
