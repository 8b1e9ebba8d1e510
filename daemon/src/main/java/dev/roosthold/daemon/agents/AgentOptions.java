package dev.roosthold.daemon.agents;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What an agent lets its person choose: modes, models, levels of thought. Agents tell it in two
/// forms, lists of their own (`modes`, `models`) and options by category (`configOptions`). Thread
/// of the session only.
final class AgentOptions {
    /// The agent's words for the modes of the clients, the best one first.
    private static final Map<String, List<String>> MODES =
            Map.of(
                    "default", List.of("default", "auto", "build", "ask", "code"),
                    "acceptEdits", List.of("acceptEdits", "autoEdit", "auto_edit"),
                    "bypassPermissions",
                            List.of("bypassPermissions", "yolo", "full-access", "dontAsk"),
                    "yolo", List.of("yolo", "bypassPermissions", "full-access", "dontAsk"),
                    "safe-yolo", List.of("safe-yolo", "acceptEdits", "autoEdit", "auto"),
                    "plan", List.of("plan", "architect", "read-only"),
                    "read-only", List.of("read-only", "plan", "ask"));

    private final Choice modes = new Choice();
    private final Choice models = new Choice();
    private final Choice efforts = new Choice();

    /// One list of values.
    private static final class Choice {
        final List<ObjectNode> values = new ArrayList<>();
        String current = "";
        String initial = "";

        /// Set when the choice is one of the options by category.
        Optional<String> option = Optional.empty();

        void take(JsonNode list, String codeName, String current) {
            values.clear();
            for (JsonNode one : list) {
                // Options may stand in groups.
                if (one.path("options").isArray()) {
                    one.path("options").forEach(inner -> add(inner, codeName));
                } else {
                    add(one, codeName);
                }
            }
            this.current = current;
            if (initial.isEmpty()) {
                initial = current;
            }
        }

        private void add(JsonNode one, String codeName) {
            String code = one.path(codeName).asString("");
            if (code.isEmpty() || values.size() >= 200) {
                return;
            }
            ObjectNode value = JsonNodeFactory.instance.objectNode();
            value.put("code", code).put("value", one.path("name").asString(code));
            if (one.path("description").isString()) {
                value.put("description", one.path("description").asString());
            }
            values.add(value);
        }

        boolean has(String code) {
            return values.stream().anyMatch(one -> one.path("code").asString("").equals(code));
        }

        void show(ObjectNode metadata, String list, String currentName) {
            if (values.isEmpty()) {
                return;
            }
            ArrayNode all = metadata.putArray(list);
            values.forEach(value -> all.add(value.deepCopy()));
            metadata.put(currentName, current);
        }
    }

    /// A request to the agent.
    record Request(String method, ObjectNode params) {}

    /// The answer of `session/new` or `session/load`.
    void begin(JsonNode answer) {
        JsonNode told = answer.path("modes");
        if (told.isObject()) {
            modes.take(told.path("availableModes"), "id", told.path("currentModeId").asString(""));
        }
        told = answer.path("models");
        if (told.isObject()) {
            models.take(
                    told.path("availableModels"),
                    "modelId",
                    told.path("currentModelId").asString(""));
        }
        options(answer.path("configOptions"));
    }

    /// `configOptions`, whole each time.
    void options(JsonNode list) {
        for (JsonNode option : list) {
            Choice choice =
                    switch (option.path("category").asString(option.path("id").asString(""))) {
                        case "mode" -> modes;
                        case "model" -> models;
                        case "thought_level" -> efforts;
                        default -> new Choice();
                    };
            choice.option = Optional.of(option.path("id").asString(""));
            choice.take(option.path("options"), "value", option.path("currentValue").asString(""));
        }
    }

    /// `current_mode_update`.
    void mode(String current) {
        modes.current = current;
    }

    /// Brings the lists into the session's metadata.
    void show(ObjectNode metadata) {
        models.show(metadata, "models", "currentModelCode");
        modes.show(metadata, "operatingModes", "currentOperatingModeCode");
        efforts.show(metadata, "thoughtLevels", "currentThoughtLevelCode");
    }

    /// Whether the agent itself has the mode that the person has chosen; if not, the questions that
    /// it would answer are answered here.
    boolean knowsMode(String mode) {
        return agentMode(mode).isPresent();
    }

    private Optional<String> agentMode(String mode) {
        return modes.has(mode)
                ? Optional.of(mode)
                : MODES.getOrDefault(mode, List.of()).stream().filter(modes::has).findFirst();
    }

    /// What must be asked of the agent so that it works as the person has chosen. Choices that it
    /// does not have are left out.
    List<Request> requests(Picks picks, String conversation) {
        List<Request> requests = new ArrayList<>();
        add(
                requests,
                modes,
                picks.mode().flatMap(this::agentMode),
                conversation,
                "session/set_mode",
                "modeId");
        add(
                requests,
                models,
                picks.model().filter(models::has),
                conversation,
                "session/set_model",
                "modelId");
        add(requests, efforts, picks.effort().filter(efforts::has), conversation, "", "");
        return requests;
    }

    private static void add(
            List<Request> requests,
            Choice choice,
            Optional<String> pick,
            String conversation,
            String method,
            String name) {
        String wanted = pick.orElse(choice.initial);
        if (wanted.isEmpty() || wanted.equals(choice.current)) {
            return;
        }
        ObjectNode params = JsonNodeFactory.instance.objectNode().put("sessionId", conversation);
        if (choice.option.isPresent()) {
            params.put("configId", choice.option.get()).put("value", wanted);
            requests.add(new Request("session/set_config_option", params));
        } else if (!method.isEmpty()) {
            requests.add(new Request(method, params.put(name, wanted)));
        }
        choice.current = wanted;
    }
}
