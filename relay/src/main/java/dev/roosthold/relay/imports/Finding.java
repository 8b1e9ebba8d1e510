package dev.roosthold.relay.imports;

/// Something that a person should know about an entry.
public enum Finding {
    MERGED(
            Weight.NOTE,
            "the relay has this public key under another account id; everything went into the"
                    + " relay's account"),
    USERNAME_TAKEN(
            Weight.NOTE, "another account on the relay has the user name; imported without it"),
    TAG_TAKEN(
            Weight.NOTE,
            "the account has another session with its tag; imported under a tag of its own"),
    RENUMBERED(
            Weight.NOTE,
            "the message got another number: its own was given to another message of the session"),
    SENT_TWICE(
            Weight.NOTE, "the relay has the message already, sent by its client to both servers"),
    FEED_RENUMBERED(Weight.NOTE, "the feed item got another position: its own is taken"),

    NEWER_HERE(Weight.CONFLICT, "the relay has a newer version, which was left as it is"),
    OTHER_CONTENT(Weight.CONFLICT, "the relay has it with other content, which was left as it is"),
    OTHER_KEY(
            Weight.CONFLICT, "the relay has it with another encryption key, and was left as it is"),
    FEED_RIVAL(Weight.CONFLICT, "the relay has another item with the same key"),

    SESSION_DELETED(Weight.SKIPPED, "the session was deleted on the relay just now"),
    SELF(Weight.SKIPPED, "the relation is one of an account with itself"),

    ACCOUNT_ID_TAKEN(
            Weight.PROBLEM, "the id belongs to an account with another public key on the relay"),
    NO_ACCOUNT(Weight.PROBLEM, "its account was not imported"),
    MACHINE_OF_OTHER(Weight.PROBLEM, "the machine id belongs to another account on the relay"),
    SESSION_OF_OTHER(Weight.PROBLEM, "the session id belongs to another account on the relay"),
    NO_SESSION(Weight.PROBLEM, "its session was not imported"),
    NO_MACHINE(Weight.PROBLEM, "its machine was not imported"),
    ARTIFACT_OF_OTHER(Weight.PROBLEM, "the artifact id belongs to another account on the relay"),
    NO_TOTAL(Weight.PROBLEM, "the report has no total");

    /// How much it matters.
    public enum Weight {
        /// The entry is there; something about it is worth knowing.
        NOTE,
        /// The relay has a row that is not the same, and keeps it.
        CONFLICT,
        /// The entry was left out, and nothing is wrong with that.
        SKIPPED,
        /// The entry could not be taken.
        PROBLEM
    }

    private final Weight weight;
    private final String text;

    Finding(Weight weight, String text) {
        this.weight = weight;
        this.text = text;
    }

    public Weight weight() {
        return weight;
    }

    /// For people.
    public String text() {
        return text;
    }
}
