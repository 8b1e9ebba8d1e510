package dev.roosthold.relay.social;

import dev.roosthold.protocol.social.RelationStatus;

/// Both directions of a relation, and the table of their changes.
///
/// @param mine how the acting person stands to the other
/// @param theirs how the other stands to the acting person
record Relation(RelationStatus mine, RelationStatus theirs) {

    Relation added() {
        if (theirs == RelationStatus.REQUESTED) {
            return new Relation(RelationStatus.FRIEND, RelationStatus.FRIEND);
        }
        return switch (mine) {
            case NONE, REJECTED ->
                    new Relation(
                            RelationStatus.REQUESTED,
                            theirs == RelationStatus.NONE ? RelationStatus.PENDING : theirs);
            case REQUESTED, PENDING, FRIEND -> this;
        };
    }

    Relation removed() {
        return switch (mine) {
            case REQUESTED -> new Relation(RelationStatus.REJECTED, theirs);
            case FRIEND -> new Relation(RelationStatus.PENDING, RelationStatus.REQUESTED);
            case PENDING ->
                    new Relation(
                            RelationStatus.NONE,
                            theirs == RelationStatus.REJECTED ? theirs : RelationStatus.NONE);
            case NONE, REJECTED -> this;
        };
    }
}
