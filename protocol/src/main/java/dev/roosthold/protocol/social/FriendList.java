package dev.roosthold.protocol.social;

import java.util.List;

/// Answer of `GET /v1/friends`: friends and those who asked or were asked.
public record FriendList(List<UserProfile> friends) {}
