/// People as others see them, friends and the feed (relay contract, social).
///
/// Owns the tables `person`, `relationship` and `feed_item`. A relation is two directed rows, mine
/// and theirs, that change together:
///
/// | | mine, theirs before | after |
/// |---|---|---|
/// | add | any, requested | friend, friend |
/// | | none or rejected, none | requested, pending |
/// | | none or rejected, other | requested, unchanged |
/// | remove | requested, any | rejected, unchanged |
/// | | friend, any | pending, requested |
/// | | pending, rejected | none, rejected |
/// | | pending, other | none, none |
///
/// Everything else leaves both as they are. Each change is told to the account whose row it is; a
/// request and its acceptance also become an item in the feed of the other person, at most one in
/// 24 hours for each direction. All of it is one write.
@NullMarked
package dev.roosthold.relay.social;

import org.jspecify.annotations.NullMarked;
