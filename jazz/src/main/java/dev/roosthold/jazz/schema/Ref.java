package dev.roosthold.jazz.schema;

import dev.roosthold.jazz.ids.CoId;

/// A reference to a map of a schema.
///
/// @param <R> the record that the map is read as
@SuppressWarnings("UnusedTypeParameter") // says what is behind the id
public record Ref<R extends Record>(CoId id) {}
