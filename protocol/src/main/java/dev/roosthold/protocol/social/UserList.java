package dev.roosthold.protocol.social;

import java.util.List;

/// Answer of a search.
public record UserList(List<UserProfile> users) {}
