package dev.roosthold.conformance.simulation;

/// What a run plants, to show that it would be noticed.
enum Bug {
    NONE,
    // The store.
    STORE_ANSWERS_BEFORE_COMMIT,
    STORE_LOSES_COMMIT,
    STORE_RUNS_TWICE,
    STORE_TELLS_LAST_FIRST,
    STORE_BREAKS_LANES,
    READS_MISS_THE_LAST_MESSAGE,
    // The sockets.
    EVENT_LOST,
    EVENT_TWICE,
    EVENT_TO_ITS_SENDER,
    EVENT_TO_A_STRANGER,
    ACKNOWLEDGED_TWICE,
    // Continuing a connection.
    REPLAY_LEAVES_ONE_OUT,
    REPLAY_AND_LIVE_OVERLAP,
    // The client.
    CLIENT_SENDS_AGAIN_AS_NEW,
    CLIENT_FORGETS_WHAT_IT_SENT,
    CLIENT_PASSES_OVER_GAPS
}
