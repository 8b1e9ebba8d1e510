package dev.roosthold.jazz.schema;

/// A value does not have the form that a schema promises, or a schema cannot be made.
public final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SchemaException(String message) {
        super(message);
    }
}
