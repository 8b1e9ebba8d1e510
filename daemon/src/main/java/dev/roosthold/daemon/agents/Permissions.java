package dev.roosthold.daemon.agents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// An agent's questions whether it may do something, and the answers. Thread of the session only.
///
/// Each question has one answer: the first. What was allowed for the session is not asked again.
final class Permissions {
    private static final int KEPT = 60;

    /// A longer command is not repeated to the agent.
    private static final int MAX_COMMAND = 200;

    private static final Set<String> EDITS = Set.of("edit", "delete", "move");
    private static final Set<String> ALL_ALLOWED = Set.of("bypassPermissions", "yolo");

    private final Map<String, Question> open = new LinkedHashMap<>();
    private final Map<String, ObjectNode> completed = new LinkedHashMap<>();
    private final Set<String> allowedTools = new HashSet<>();

    /// @param tool as the person sees it
    /// @param kind the agent's word for what the tool does
    /// @param entry as it stands in the agent state
    private record Question(
            String tool,
            String kind,
            JsonNode options,
            ObjectNode entry,
            CompletableFuture<JsonNode> answer) {}

    /// Takes a question.
    ///
    /// @param call the agent's id of the tool call
    /// @param mode what the person has chosen; empty when the agent itself knows it
    /// @return its id when the person must be asked; empty when the answer is given already
    Optional<String> ask(
            String call,
            String tool,
            String kind,
            ObjectNode arguments,
            JsonNode options,
            Optional<String> mode,
            long nowMs,
            CompletableFuture<JsonNode> answer) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("tool", tool);
        entry.set("arguments", arguments);
        entry.put("createdAt", nowMs);
        entry.put("toolUseId", call);
        Question question = new Question(tool, kind, options, entry, answer);
        if (allowedTools.contains(tool) || mode.filter(one -> allows(one, kind)).isPresent()) {
            answer.complete(chosen(question, true, false));
            return Optional.empty();
        }
        String id = call;
        for (int i = 2; open.containsKey(id) || completed.containsKey(id); i++) {
            id = call + "-" + i;
        }
        open.put(id, question);
        return Optional.of(id);
    }

    private static boolean allows(String mode, String kind) {
        return ALL_ALLOWED.contains(mode) || (mode.equals("acceptEdits") && EDITS.contains(kind));
    }

    /// What an answer means beyond its question.
    sealed interface Outcome {
        /// There is no such question, or it has its answer.
        record Unknown() implements Outcome {}

        /// @param remark what the person said beside a refusal, in words for the agent: its
        ///     protocol has no place for that in the answer
        record Answered(Optional<String> remark) implements Outcome {}

        /// The person wants the turn to end.
        ///
        /// @param remark as of [Answered]
        record Abort(Optional<String> remark) implements Outcome {}
    }

    /// Takes the person's answer.
    Outcome answer(JsonNode params, long nowMs) {
        String id = params.path("id").asString("");
        Question question = open.remove(id);
        if (question == null) {
            return new Outcome.Unknown();
        }
        boolean approved = params.path("approved").asBoolean(false);
        String decision = params.path("decision").asString(approved ? "approved" : "denied");
        if (!approved && decision.startsWith("approved")) {
            decision = "denied";
        }
        params.path("allowTools").forEach(tool -> allowedTools.add(tool.asString("")));
        if (decision.equals("approved_for_session")) {
            allowedTools.add(question.tool());
        }
        ObjectNode entry = question.entry();
        entry.put("completedAt", nowMs);
        entry.put("status", approved ? "approved" : "denied");
        entry.put("decision", decision);
        for (String kept : List.of("reason", "mode", "allowTools")) {
            if (params.hasNonNull(kept)) {
                entry.set(kept, params.path(kept));
            }
        }
        complete(id, entry);
        Optional<String> remark =
                approved ? Optional.empty() : remark(question, params.path("reason"));
        if (decision.equals("abort")) {
            question.answer().complete(cancelled());
            return new Outcome.Abort(remark);
        }
        question.answer()
                .complete(chosen(question, approved, decision.equals("approved_for_session")));
        return new Outcome.Answered(remark);
    }

    private static Optional<String> remark(Question question, JsonNode reason) {
        String said = reason.asString("").strip();
        if (said.isEmpty()) {
            return Optional.empty();
        }
        String what = question.tool();
        JsonNode command = question.entry().at("/arguments/command");
        if (command.isString() && command.asString().length() <= MAX_COMMAND) {
            what += " (" + command.asString().strip() + ")";
        }
        return Optional.of("I did not allow " + what + ". " + ToolCalls.cut(said));
    }

    /// Nobody will answer any more.
    ///
    /// @return whether a question was open
    boolean cancelAll(String reason, long nowMs) {
        boolean any = !open.isEmpty();
        open.forEach(
                (id, question) -> {
                    ObjectNode entry = question.entry();
                    entry.put("completedAt", nowMs);
                    entry.put("status", "canceled");
                    entry.put("reason", reason);
                    complete(id, entry);
                    question.answer().complete(cancelled());
                });
        open.clear();
        return any;
    }

    private void complete(String id, ObjectNode entry) {
        completed.put(id, entry);
        Iterator<String> oldest = completed.keySet().iterator();
        while (completed.size() > KEPT) {
            oldest.next();
            oldest.remove();
        }
    }

    boolean isOpen() {
        return !open.isEmpty();
    }

    private static ObjectNode cancelled() {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putObject("outcome").put("outcome", "cancelled");
        return answer;
    }

    /// The agent's option that fits best. Without one that allows nothing is allowed.
    ///
    /// @param always for the session rather than once
    private static ObjectNode chosen(Question question, boolean approved, boolean always) {
        List<String> kinds = new ArrayList<>();
        if (approved) {
            // "Always" may go beyond the session, so it is the second choice unless asked for.
            kinds.add(always ? "allow_always" : "allow_once");
            kinds.add(always ? "allow_once" : "allow_always");
        } else {
            kinds.add("reject_once");
            kinds.add("reject_always");
        }
        for (String kind : kinds) {
            for (JsonNode option : question.options()) {
                if (option.path("kind").asString("").equals(kind)) {
                    ObjectNode answer = JsonNodeFactory.instance.objectNode();
                    answer.putObject("outcome")
                            .put("outcome", "selected")
                            .put("optionId", option.path("optionId").asString(""));
                    return answer;
                }
            }
        }
        return cancelled();
    }

    /// The agent state as a change of what is stored: questions of an earlier run are closed.
    UnaryOperator<ObjectNode> state(long nowMs) {
        Map<String, ObjectNode> openNow = new HashMap<>();
        open.forEach((id, question) -> openNow.put(id, question.entry().deepCopy()));
        Map<String, ObjectNode> completedNow = new LinkedHashMap<>();
        completed.forEach((id, entry) -> completedNow.put(id, entry.deepCopy()));
        return object -> {
            ObjectNode done =
                    object.path("completedRequests") instanceof ObjectNode known
                            ? known
                            : JsonNodeFactory.instance.objectNode();
            object.path("requests")
                    .properties()
                    .forEach(
                            one -> {
                                if (!openNow.containsKey(one.getKey())
                                        && !completedNow.containsKey(one.getKey())
                                        && !done.has(one.getKey())
                                        && one.getValue() instanceof ObjectNode entry) {
                                    done.set(
                                            one.getKey(),
                                            entry.deepCopy()
                                                    .put("completedAt", nowMs)
                                                    .put("status", "canceled")
                                                    .put("reason", "The agent has ended"));
                                }
                            });
            completedNow.forEach(done::set);
            List<String> oldest = new ArrayList<>(done.propertyNames());
            for (int i = 0; i < oldest.size() - KEPT; i++) {
                done.remove(oldest.get(i));
            }
            ObjectNode requests = JsonNodeFactory.instance.objectNode();
            openNow.forEach((id, entry) -> requests.set(id, entry.deepCopy()));
            object.put("controlledByUser", false);
            object.set("requests", requests);
            object.set("completedRequests", done);
            return object;
        };
    }
}
