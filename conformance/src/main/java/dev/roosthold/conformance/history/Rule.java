package dev.roosthold.conformance.history;

/// What a history must keep.
public enum Rule {
    ONE_WINNER("two writes made the same version"),
    CONTIGUOUS_VERSIONS("a version was left out"),
    ONE_VALUE("a version has two values"),
    KNOWN_VALUE("a value that nobody wrote"),
    NO_EFFECT_OF_REFUSED("a refused write has happened"),
    RIGHT_ANSWER("an answer that cannot be"),
    REAL_TIME("the order contradicts the time"),
    ORDER_OF_CONNECTION("a connection delivered out of order"),
    CONTIGUOUS_NUMBERS("a number was left out"),
    ONE_NUMBER("a message has two numbers"),
    ONE_MESSAGE("a number has two messages"),
    KNOWN_MESSAGE("a message that nobody sent"),
    UNCHANGED_CONTENT("a message was changed"),
    NOTHING_LOST("an acknowledged message is missing"),
    ONCE_PER_CONNECTION("a connection delivered twice");

    private final String meaning;

    Rule(String meaning) {
        this.meaning = meaning;
    }

    /// What a violation of it is, in words.
    public String meaning() {
        return meaning;
    }
}
