package dev.roosthold.protocol.messages;

import dev.roosthold.protocol.JsonObject;
import java.util.Optional;
import java.util.OptionalLong;

/// What an agent has used up, in tokens.
///
/// @param cacheCreation put into the model's cache
/// @param cacheRead taken from the model's cache
/// @param contextWindow how many tokens the model can hold at once
public record TokenUsage(
        long input,
        long output,
        OptionalLong cacheCreation,
        OptionalLong cacheRead,
        OptionalLong contextWindow) {

    public static TokenUsage of(long input, long output) {
        return new TokenUsage(
                input, output, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    public TokenUsage withContextWindow(long tokens) {
        return new TokenUsage(input, output, cacheCreation, cacheRead, OptionalLong.of(tokens));
    }

    public TokenUsage withCache(long creation, long read) {
        return new TokenUsage(
                input, output, OptionalLong.of(creation), OptionalLong.of(read), contextWindow);
    }

    JsonObject json() {
        return JsonObject.empty()
                .with("input_tokens", input)
                .with("output_tokens", output)
                .withNumber("cache_creation_input_tokens", cacheCreation)
                .withNumber("cache_read_input_tokens", cacheRead)
                .withNumber("context_window", contextWindow);
    }

    /// Empty when one of the two numbers that everything else counts on is missing.
    static Optional<TokenUsage> of(JsonObject json) {
        OptionalLong input = json.number("input_tokens");
        OptionalLong output = json.number("output_tokens");
        return input.isEmpty() || output.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TokenUsage(
                                input.getAsLong(),
                                output.getAsLong(),
                                json.number("cache_creation_input_tokens"),
                                json.number("cache_read_input_tokens"),
                                json.number("context_window")));
    }
}
