package dev.roosthold.daemon.agents;

import dev.roosthold.protocol.messages.TokenUsage;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tokens and cost: agents tell the filling of their context and the cost so far at any time, the
/// tokens of a turn with its end. Thread of the session only.
final class TurnUsage {
    private final SessionFace face;
    private final SessionVoice voice;
    private final String agent;
    private OptionalLong contextWindow = OptionalLong.empty();
    private long used;
    private double cost;

    TurnUsage(SessionFace face, SessionVoice voice, String agent) {
        this.face = face;
        this.voice = voice;
        this.agent = agent;
    }

    /// Takes a `usage_update`.
    void update(JsonNode update) {
        if (update.path("size").isNumber()) {
            contextWindow = OptionalLong.of(update.path("size").asLong());
        }
        if (update.path("used").isNumber()) {
            used = update.path("used").asLong();
        }
        if (update.path("cost").path("amount").isNumber()) {
            cost = update.path("cost").path("amount").asDouble();
        }
    }

    /// Says what a turn has used, and adds it to the account's sums.
    ///
    /// @param told the agent's numbers at the end of the turn; may be missing
    void report(String turn, TurnOutput output, JsonNode told) {
        long in = told.path("inputTokens").asLong(0);
        long out = told.path("outputTokens").asLong(0);
        long read = told.path("cachedReadTokens").asLong(0);
        long written = told.path("cachedWriteTokens").asLong(0);
        if (in + out + read + written + used == 0) {
            return;
        }
        TokenUsage numbers = TokenUsage.of(in + out == 0 ? used : in, out).withCache(written, read);
        if (contextWindow.isPresent()) {
            numbers = numbers.withContextWindow(contextWindow.getAsLong());
        }
        output.finish();
        voice.usage(turn, numbers);
        if (in + out > 0) {
            ObjectNode tokens = JsonNodeFactory.instance.objectNode();
            tokens.put("total", in + out + read + written)
                    .put("input", in)
                    .put("output", out)
                    .put("cache_creation", written)
                    .put("cache_read", read);
            face.usage(agent, tokens, JsonNodeFactory.instance.objectNode().put("total", cost));
        }
    }
}
