package dev.roosthold.jazz.value;

import dev.roosthold.jazz.encoding.FormatException;

/// How the changes of a value are read.
public enum ValueType {
    MAP("comap"),
    LIST("colist"),
    FEED("costream"),
    TEXT("coplaintext");

    private final String text;

    ValueType(String text) {
        this.text = text;
    }

    /// The word in headers.
    public String text() {
        return text;
    }

    /// Reads the word in a header.
    ///
    /// @throws FormatException when the word is none of the four
    public static ValueType of(String text) {
        for (ValueType type : values()) {
            if (type.text.equals(text)) {
                return type;
            }
        }
        throw new FormatException("unknown type of value");
    }
}
