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

    /// No half of a surrogate pair, so that the text has a UTF-8 form.
    public static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (Character.isSurrogate(unit)) {
                i++;
                if (Character.isLowSurrogate(unit)
                        || i == text.length()
                        || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
