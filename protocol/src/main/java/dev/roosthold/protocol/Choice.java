package dev.roosthold.protocol;

import java.util.Optional;

/// What a field says about a setting that lasts: absent leaves it, null takes it back to the
/// default, a value sets it.
public sealed interface Choice<T> {

    /// The field is absent.
    record Unchanged<T>() implements Choice<T> {}

    /// The field is null.
    record Reset<T>() implements Choice<T> {}

    /// The field has a value.
    record Set<T>(T value) implements Choice<T> {}

    static <T> Choice<T> unchanged() {
        return new Unchanged<>();
    }

    static <T> Choice<T> reset() {
        return new Reset<>();
    }

    static <T> Choice<T> set(T value) {
        return new Set<>(value);
    }

    /// Unchanged without a value.
    static <T> Choice<T> of(Optional<T> value) {
        return value.<Choice<T>>map(Set::new).orElseGet(Unchanged::new);
    }

    /// What holds after this choice.
    ///
    /// @param before what held; empty is the default
    default Optional<T> after(Optional<T> before) {
        return switch (this) {
            case Unchanged<T> _ -> before;
            case Reset<T> _ -> Optional.empty();
            case Set<T>(T value) -> Optional.of(value);
        };
    }
}
