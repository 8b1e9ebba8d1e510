package dev.roosthold.protocol.messages;

import java.util.Optional;
import java.util.regex.Pattern;

/// A message of the session protocol.
///
/// @param id its identity; the stored message around it has another one
/// @param timeMs Unix milliseconds; decides the order in which messages are shown
/// @param turn the agent's turn
/// @param subagent who of the turn's subagents; empty for the agent itself
/// @param claudeUuid id of the transcript line it came from, a point to fork from
/// @param codexItemId id of the thread item it came from, a point to fork from
/// @param usage what the agent has used up
/// @param event what happened
public record Envelope(
        String id,
        long timeMs,
        Role role,
        Optional<String> turn,
        Optional<String> subagent,
        Optional<String> claudeUuid,
        Optional<String> codexItemId,
        Optional<TokenUsage> usage,
        SessionEvent event) {
    private static final Pattern SUBAGENT = Pattern.compile("[a-z][a-z0-9]{1,31}");

    /// Whose message it is.
    public enum Role {
        USER("user"),
        AGENT("agent");

        private final String wireName;

        Role(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }

        static Optional<Role> of(String wireName) {
            return switch (wireName) {
                case "user" -> Optional.of(USER);
                case "agent" -> Optional.of(AGENT);
                default -> Optional.empty();
            };
        }
    }

    /// Whether readers accept it as a subagent's id: 2 to 32 lower-case letters and digits, the
    /// first a letter.
    public static boolean isSubagentId(String id) {
        return SUBAGENT.matcher(id).matches();
    }

    /// Whether readers take no notice of it: a message of the agent that belongs to no turn. Only a
    /// report of usage needs none.
    public boolean isIgnored() {
        return role == Role.AGENT && turn.isEmpty() && !isUsageOnly();
    }

    /// Whether it tells nothing but usage.
    public boolean isUsageOnly() {
        return usage.isPresent() && event.equals(new SessionEvent.Service(""));
    }

    /// Whether it is a row of the conversation; turns and subagent boundaries are none, and a
    /// person's text that is only a report of background tasks is hidden.
    public boolean isShown() {
        if (isIgnored() || isUsageOnly()) {
            return false;
        }
        return switch (event) {
            case SessionEvent.Text(String text, boolean _) ->
                    role == Role.AGENT || !SessionMessage.isTaskNotification(text);
            case SessionEvent.Service _,
                    SessionEvent.ToolCallStart _,
                    SessionEvent.ToolCallEnd _,
                    SessionEvent.FileAttached _ ->
                    true;
            case SessionEvent.TurnStart _,
                    SessionEvent.TurnEnd _,
                    SessionEvent.Start _,
                    SessionEvent.Stop _ ->
                    false;
        };
    }

    public Envelope withUsage(TokenUsage used) {
        return new Envelope(
                id,
                timeMs,
                role,
                turn,
                subagent,
                claudeUuid,
                codexItemId,
                Optional.of(used),
                event);
    }
}
