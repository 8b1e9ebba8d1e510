package dev.roosthold.protocol.records;

import dev.roosthold.protocol.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The state of an agent: who has control, and its questions for permission. Written by the session
/// process only; a client answers a question by calling `permission`. Immutable.
public record AgentState(JsonObject json) {
    private static final String OPEN = "requests";
    private static final String COMPLETED = "completedRequests";

    /// Null counts as `{}`, and so does whatever is no object.
    public static AgentState read(JsonNode plaintext) {
        return new AgentState(JsonObject.from(plaintext).orElse(JsonObject.empty()));
    }

    public static AgentState empty() {
        return new AgentState(JsonObject.empty());
    }

    public ObjectNode tree() {
        return json.tree();
    }

    /// Whether the person at the terminal has control; empty when nothing is said about it.
    public Optional<Boolean> controlledByUser() {
        return json.flag("controlledByUser");
    }

    public AgentState withControlledByUser(boolean user) {
        return new AgentState(json.with("controlledByUser", user));
    }

    /// The open questions by id, in their order.
    public Map<String, Question> requests() {
        Map<String, Question> open = new LinkedHashMap<>();
        entries(OPEN).forEach((id, entry) -> Question.of(entry).ifPresent(q -> open.put(id, q)));
        return open;
    }

    /// The answered questions by id, in their order.
    public Map<String, Completed> completedRequests() {
        Map<String, Completed> completed = new LinkedHashMap<>();
        entries(COMPLETED)
                .forEach((id, entry) -> Completed.of(entry).ifPresent(c -> completed.put(id, c)));
        return completed;
    }

    private Map<String, JsonObject> entries(String field) {
        return json.object(field).orElse(JsonObject.empty()).objectFields();
    }

    /// Asks. A question that is completed already is not asked again.
    public AgentState asking(String id, Question question) {
        JsonObject open = json.object(OPEN).orElse(JsonObject.empty());
        return entries(COMPLETED).containsKey(id)
                ? this
                : new AgentState(json.with(OPEN, open.with(id, question.json())));
    }

    /// Moves a question from the open to the completed ones, with all its fields. Nothing changes
    /// when no such question is open.
    public AgentState completing(String id, Outcome outcome) {
        JsonObject open = json.object(OPEN).orElse(JsonObject.empty());
        Optional<JsonObject> question = open.object(id);
        if (question.isEmpty()) {
            return this;
        }
        JsonObject completed = json.object(COMPLETED).orElse(JsonObject.empty());
        return new AgentState(
                json.with(OPEN, open.without(id))
                        .with(COMPLETED, completed.with(id, outcome.onto(question.get()))));
    }

    /// Completes every open question as canceled: the agent no longer waits.
    ///
    /// @param atMs Unix milliseconds
    public AgentState cancelingAll(long atMs, String reason) {
        AgentState state = this;
        Outcome canceled = Outcome.of(Status.CANCELED, atMs).withReason(reason);
        for (String id : entries(OPEN).keySet()) {
            state = state.completing(id, canceled);
        }
        return state;
    }

    /// What the vendor says about the account's limits, in the vendor's form.
    public Optional<JsonObject> usageLimits() {
        return json.object("usageLimits");
    }

    public AgentState withUsageLimits(JsonObject limits) {
        return new AgentState(json.with("usageLimits", limits));
    }

    /// How far the agent is with its goal.
    public Optional<JsonObject> agentGoalStatus() {
        return json.object("agentGoalStatus");
    }

    public AgentState withAgentGoalStatus(Optional<JsonObject> status) {
        return new AgentState(
                status.map(goal -> json.with("agentGoalStatus", goal))
                        .orElseGet(() -> json.without("agentGoalStatus")));
    }

    /// Questions of other kinds, answered by calling `communication`.
    public Optional<JsonObject> communications() {
        return json.object("communications");
    }

    public Optional<JsonObject> completedCommunications() {
        return json.object("completedCommunications");
    }

    /// The agent asks whether it may use a tool.
    ///
    /// @param arguments of the tool; JSON null when it has none
    /// @param createdAtMs Unix milliseconds
    /// @param toolUseId the call in the conversation that it is about
    public record Question(
            String tool, JsonNode arguments, long createdAtMs, Optional<String> toolUseId) {

        public Question(String tool, JsonNode arguments, long createdAtMs) {
            this(tool, arguments, createdAtMs, Optional.empty());
        }

        private JsonObject json() {
            return JsonObject.empty()
                    .with("tool", tool)
                    .with("arguments", arguments)
                    .with("createdAt", createdAtMs)
                    .withText("toolUseId", toolUseId);
        }

        private static Optional<Question> of(JsonObject json) {
            return json.text("tool")
                    .map(
                            tool ->
                                    new Question(
                                            tool,
                                            json.value("arguments")
                                                    .orElseGet(JsonNodeFactory.instance::nullNode),
                                            json.number("createdAt").orElse(0),
                                            json.text("toolUseId")));
        }
    }

    /// A question with its answer.
    public record Completed(Question question, Outcome outcome) {

        private static Optional<Completed> of(JsonObject json) {
            Optional<Question> question = Question.of(json);
            Optional<Outcome> outcome = Outcome.of(json);
            return question.isEmpty() || outcome.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Completed(question.get(), outcome.get()));
        }
    }

    /// How a question was answered.
    public enum Status {
        CANCELED("canceled"),
        DENIED("denied"),
        APPROVED("approved");

        private final String wireName;

        Status(String wireName) {
            this.wireName = wireName;
        }

        private static Optional<Status> of(String wireName) {
            return switch (wireName) {
                case "canceled" -> Optional.of(CANCELED);
                case "denied" -> Optional.of(DENIED);
                case "approved" -> Optional.of(APPROVED);
                default -> Optional.empty();
            };
        }
    }

    /// The answer to a question, as it stays.
    ///
    /// @param completedAtMs Unix milliseconds; empty in states of programs that leave it out
    /// @param reason what the person gave
    /// @param mode the permission mode from now on
    /// @param decision `approved`, `approved_for_session`, `denied` or `abort`
    /// @param allowTools what the agent may use without asking from now on; empty when nothing was
    ///     said about it
    public record Outcome(
            Status status,
            OptionalLong completedAtMs,
            Optional<String> reason,
            Optional<String> mode,
            Optional<String> decision,
            Optional<List<String>> allowTools) {

        public static Outcome of(Status status, long completedAtMs) {
            return new Outcome(
                    status,
                    OptionalLong.of(completedAtMs),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        public Outcome withReason(String text) {
            return new Outcome(
                    status, completedAtMs, Optional.of(text), mode, decision, allowTools);
        }

        private JsonObject onto(JsonObject question) {
            JsonObject json =
                    question.withNumber("completedAt", completedAtMs)
                            .with("status", status.wireName)
                            .withText("reason", reason)
                            .withText("mode", mode)
                            .withText("decision", decision);
            return allowTools.map(tools -> json.with("allowTools", tools)).orElse(json);
        }

        private static Optional<Outcome> of(JsonObject json) {
            return json.text("status")
                    .flatMap(Status::of)
                    .map(
                            status ->
                                    new Outcome(
                                            status,
                                            json.number("completedAt"),
                                            json.text("reason"),
                                            json.text("mode"),
                                            json.text("decision"),
                                            json.isList("allowTools")
                                                    ? Optional.of(json.texts("allowTools"))
                                                    : Optional.empty()));
        }
    }
}
