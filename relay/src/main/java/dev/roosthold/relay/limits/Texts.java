package dev.roosthold.relay.limits;

/// What texts from clients may contain where they are shown or used as names.
public final class Texts {
    private Texts() {}

    /// No control characters, and no half of a surrogate pair: that has no UTF-8 form, so it would
    /// come back from the store as another text.
    public static boolean isPrintable(String text) {
        return text.codePoints()
                .noneMatch(
                        character ->
                                Character.isISOControl(character)
                                        || Character.getType(character) == Character.SURROGATE);
    }
}
