package dev.roosthold.relay.imports;

/// Something that a person should know about an entry.
public enum Finding {
    MERGED(
            "the relay has this public key under another account id; everything went into the"
                    + " relay's account"),
    ACCOUNT_ID_TAKEN("the id belongs to an account with another public key on the relay"),
    USERNAME_TAKEN("another account on the relay has the user name; imported without it"),
    NO_ACCOUNT("its account was not imported"),
    MACHINE_OF_OTHER("the machine id belongs to another account on the relay"),
    OTHER_KEY("the relay's own row has another encryption key and was left as it is"),
    SESSION_OF_OTHER("the session id belongs to another account on the relay"),
    SESSION_DELETED("the session was deleted on the relay just now"),
    TAG_TAKEN("the account has another session with its tag; imported under a tag of its own"),
    NO_SESSION("its session was not imported"),
    NO_MACHINE("its machine was not imported"),
    RENUMBERED(
            "the message got another number: its own was given to another message of the session"),
    SENT_TWICE("the relay has the message already, sent by its client to both servers"),
    ARTIFACT_OF_OTHER("the artifact id belongs to another account on the relay"),
    NO_TOTAL("the report has no total"),
    SELF("the relation is one of an account with itself"),
    FEED_NEWER("the relay has a newer item with the same key"),
    FEED_RENUMBERED("the feed item got another position: its own is taken");

    private final String text;

    Finding(String text) {
        this.text = text;
    }

    /// For people.
    public String text() {
        return text;
    }
}
