package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.Choice;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.PermissionMode;
import java.util.List;
import java.util.Optional;

/// Where a message comes from and what the person set with it. Fields that are not known here are
/// kept. Immutable.
///
/// The settings last until a later message changes them, see [Choice].
public record MessageMeta(JsonObject json) {
    private static final MessageMeta NONE = new MessageMeta(JsonObject.empty());

    public static MessageMeta none() {
        return NONE;
    }

    static MessageMeta of(Optional<JsonObject> json) {
        return json.map(MessageMeta::new).orElse(NONE);
    }

    public static MessageMeta sentFrom(String sender) {
        return NONE.withSentFrom(sender);
    }

    /// `web`, `ios`, `cli` and so on.
    public Optional<String> sentFrom() {
        return json.text("sentFrom");
    }

    public MessageMeta withSentFrom(String sender) {
        return new MessageMeta(json.with("sentFrom", sender));
    }

    /// Empty when the message sets none, and when it sets one that is not known here.
    public Optional<PermissionMode> permissionMode() {
        return json.text("permissionMode").flatMap(PermissionMode::of);
    }

    /// Whether it sets a mode that nobody here knows.
    public boolean hasUnknownPermissionMode() {
        return json.has("permissionMode")
                && !json.isNull("permissionMode")
                && permissionMode().isEmpty();
    }

    public MessageMeta withPermissionMode(PermissionMode mode) {
        return new MessageMeta(json.with("permissionMode", mode.wireName()));
    }

    public Choice<String> model() {
        return json.textChoice("model");
    }

    public MessageMeta withModel(Choice<String> model) {
        return new MessageMeta(json.withTextChoice("model", model));
    }

    public Choice<String> fallbackModel() {
        return json.textChoice("fallbackModel");
    }

    public MessageMeta withFallbackModel(Choice<String> model) {
        return new MessageMeta(json.withTextChoice("fallbackModel", model));
    }

    /// Replaces the agent's own system prompt.
    public Choice<String> customSystemPrompt() {
        return json.textChoice("customSystemPrompt");
    }

    public MessageMeta withCustomSystemPrompt(Choice<String> prompt) {
        return new MessageMeta(json.withTextChoice("customSystemPrompt", prompt));
    }

    /// Comes behind the agent's own system prompt.
    public Choice<String> appendSystemPrompt() {
        return json.textChoice("appendSystemPrompt");
    }

    public MessageMeta withAppendSystemPrompt(Choice<String> prompt) {
        return new MessageMeta(json.withTextChoice("appendSystemPrompt", prompt));
    }

    public Choice<List<String>> allowedTools() {
        return json.textsChoice("allowedTools");
    }

    public MessageMeta withAllowedTools(Choice<List<String>> tools) {
        return new MessageMeta(json.withTextsChoice("allowedTools", tools));
    }

    public Choice<List<String>> disallowedTools() {
        return json.textsChoice("disallowedTools");
    }

    public MessageMeta withDisallowedTools(Choice<List<String>> tools) {
        return new MessageMeta(json.withTextsChoice("disallowedTools", tools));
    }

    /// How hard the model thinks, a name that the agent knows.
    public Choice<String> effort() {
        return json.textChoice("effort");
    }

    public MessageMeta withEffort(Choice<String> effort) {
        return new MessageMeta(json.withTextChoice("effort", effort));
    }

    /// What is shown instead of the text.
    public Optional<String> displayText() {
        return json.text("displayText");
    }

    public MessageMeta withDisplayText(String text) {
        return new MessageMeta(json.with("displayText", text));
    }

    /// The live stream that this message ends: the same id that its frames carried.
    public Optional<String> streamId() {
        return json.text("streamId");
    }

    public MessageMeta withStreamId(String streamId) {
        return new MessageMeta(json.with("streamId", streamId));
    }
}
