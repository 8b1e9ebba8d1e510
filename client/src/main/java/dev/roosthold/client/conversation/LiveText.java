package dev.roosthold.client.conversation;

/// Words while the agent makes them.
///
/// @param text from the beginning of the words, unless `partial`
/// @param partial whether some of it has not arrived; the stored message will have all
public record LiveText(String streamId, String text, boolean thinking, boolean partial) {}
