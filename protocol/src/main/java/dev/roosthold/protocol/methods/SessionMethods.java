package dev.roosthold.protocol.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The methods of the process of a session.
public final class SessionMethods {
    /// Answers a question of the agent, see [dev.roosthold.protocol.records.AgentState].
    public static final RemoteMethod<Permission, Nothing> PERMISSION =
            new RemoteMethod<>("permission", Permission.class, Nothing.class);

    /// Stops what the agent does now; the session goes on.
    public static final RemoteMethod<Abort, Nothing> ABORT =
            new RemoteMethod<>("abort", Abort.class, Nothing.class);

    /// Gives control to the person at the terminal, or takes it.
    public static final RemoteMethod<Switch, Nothing> SWITCH =
            new RemoteMethod<>("switch", Switch.class, Nothing.class);

    /// Ends the session.
    public static final RemoteMethod<NoParams, Killed> KILL_SESSION =
            new RemoteMethod<>("killSession", NoParams.class, Killed.class);

    public static final RemoteMethod<GoalAction, GoalDone> GOAL_ACTION =
            new RemoteMethod<>("goal-action", GoalAction.class, GoalDone.class);

    /// Answers a question of another kind. Only some sessions have it.
    public static final RemoteMethod<Communication, Nothing> COMMUNICATION =
            new RemoteMethod<>("communication", Communication.class, Nothing.class);

    private SessionMethods() {}

    /// @param id of the question
    /// @param reason for the agent
    /// @param mode the permission mode from now on
    /// @param allowTools what needs no question from now on
    /// @param updatedInput what the tool gets instead of what the agent wanted
    /// @param decision finer than `approved`; callers leave it out for agents that know only yes
    ///     and no
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Permission(
            String id,
            @JsonProperty(required = true) boolean approved,
            Optional<String> reason,
            Optional<String> mode,
            Optional<List<String>> allowTools,
            Optional<JsonNode> updatedInput,
            Optional<Decision> decision) {

        public Permission {
            updatedInput = updatedInput.filter(input -> !input.isNull());
        }

        public static Permission approve(String id) {
            return new Permission(
                    id,
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public static Permission deny(String id, Optional<String> reason) {
            return new Permission(
                    id,
                    false,
                    reason,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public Permission withDecision(Decision finer) {
            return new Permission(
                    id, approved, reason, mode, allowTools, updatedInput, Optional.of(finer));
        }
    }

    public enum Decision {
        @JsonProperty("approved")
        APPROVED,
        @JsonProperty("approved_for_session")
        APPROVED_FOR_SESSION,
        @JsonProperty("denied")
        DENIED,
        /// Denied, and the agent stops.
        @JsonProperty("abort")
        ABORT;

        /// As it travels and as it stays in the agent state.
        public String wireName() {
            return switch (this) {
                case APPROVED -> "approved";
                case APPROVED_FOR_SESSION -> "approved_for_session";
                case DENIED -> "denied";
                case ABORT -> "abort";
            };
        }
    }

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Abort(Optional<String> reason) {}

    public record Switch(Control to) {}

    /// Who has control.
    public enum Control {
        @JsonProperty("remote")
        REMOTE,
        @JsonProperty("local")
        LOCAL
    }

    public record Killed(boolean success, String message) {}

    /// @param objective the new goal, with `edit`
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record GoalAction(Action action, Optional<String> objective) {

        public enum Action {
            @JsonProperty("clear")
            CLEAR,
            @JsonProperty("stop")
            STOP,
            @JsonProperty("edit")
            EDIT
        }
    }

    public record GoalDone(@JsonProperty(required = true) boolean ok) {
        public static final GoalDone OK = new GoalDone(true);
    }

    /// @param id of the question
    /// @param kind of the question
    /// @param answers in the form that the question asks for
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Communication(String id, String kind, Status status, Optional<JsonNode> answers) {

        public enum Status {
            @JsonProperty("answered")
            ANSWERED,
            @JsonProperty("cancelled")
            CANCELLED
        }
    }
}
