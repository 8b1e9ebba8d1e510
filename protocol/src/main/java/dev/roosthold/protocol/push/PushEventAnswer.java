package dev.roosthold.protocol.push;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Answer of `POST /v1/sessions/:id/push-event`. The request succeeds whatever became of the
/// notification.
///
/// @param success always true
/// @param result `sent`, `partial`, `suppressed`, `no_tokens` or `failed`
/// @param tokens phones and browsers that should get it; absent when nothing was tried
/// @param delivered how many of them a push service accepted it for; absent when nothing was tried
/// @param reason why it was not sent to all, in short words without ids
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PushEventAnswer(
        boolean success,
        String result,
        @Nullable Integer tokens,
        @Nullable Integer delivered,
        @Nullable String reason) {

    /// Nobody is registered.
    public static PushEventAnswer noTokens() {
        return new PushEventAnswer(true, "no_tokens", null, null, null);
    }

    /// The person is looking already.
    public static PushEventAnswer suppressed() {
        return new PushEventAnswer(true, "suppressed", null, null, "active-ui-client");
    }

    /// It was tried.
    ///
    /// @param reason of the failures; unused when there are none
    public static PushEventAnswer tried(int tokens, int delivered, String reason) {
        if (delivered == tokens) {
            return new PushEventAnswer(true, "sent", tokens, delivered, null);
        }
        String result = delivered == 0 ? "failed" : "partial";
        return new PushEventAnswer(true, result, tokens, delivered, reason);
    }
}
