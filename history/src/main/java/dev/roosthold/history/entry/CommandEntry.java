package dev.roosthold.history.entry;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.MalformedJson;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// One command that was run, with everything that is inside its ciphertext. Members that this
/// program does not know are kept. Immutable.
///
/// @param id UUID in lower case
/// @param createdAtMs when the command began, Unix milliseconds; travels outside the ciphertext
/// @param deviceId of the computer that made the entry; empty before it is known. Travels outside
/// @param content the members inside the ciphertext
public record CommandEntry(
        String id, long createdAtMs, Optional<String> deviceId, JsonObject content) {

    /// @param command may hold what [RawText] makes of bytes that are no text
    public static CommandEntry of(String id, long createdAtMs, String command) {
        JsonObject content =
                JsonObject.empty().with("prompt", "").with("command", RawText.shown(command));
        if (!RawText.isPlain(command)) {
            content =
                    content.with(
                            "commandBytes",
                            Base64.getEncoder().encodeToString(RawText.bytes(command)));
        }
        return new CommandEntry(id, createdAtMs, Optional.empty(), content);
    }

    /// The command, as it can be shown and run.
    public String command() {
        return content.text("command").orElse("");
    }

    /// What led to it: an agent's reason, or nothing.
    public String prompt() {
        return content.text("prompt").orElse("");
    }

    public OptionalInt exitCode() {
        OptionalLong code = content.number("exitCode");
        return code.isPresent() && code.getAsLong() == (int) code.getAsLong()
                ? OptionalInt.of((int) code.getAsLong())
                : OptionalInt.empty();
    }

    public OptionalLong durationMs() {
        return content.number("durationMs");
    }

    public Optional<String> cwd() {
        return content.text("cwd");
    }

    public Optional<String> host() {
        return content.text("host");
    }

    public Optional<String> shell() {
        return content.text("shell");
    }

    /// Name of the person at the computer, or of the agent.
    public Optional<String> author() {
        return content.text("author");
    }

    public Optional<AuthorKind> authorKind() {
        return content.text("authorKind").flatMap(AuthorKind::of);
    }

    /// The session of the shell or of the agent.
    public Optional<String> session() {
        return content.text("session");
    }

    /// When it ended; empty while it runs, or when nobody told.
    public OptionalLong endedAtMs() {
        OptionalLong duration = durationMs();
        return duration.isPresent()
                ? OptionalLong.of(createdAtMs + duration.getAsLong())
                : OptionalLong.empty();
    }

    public CommandEntry with(JsonObject changed) {
        return new CommandEntry(id, createdAtMs, deviceId, changed);
    }

    public CommandEntry withText(String member, Optional<String> value) {
        return value.isEmpty() || value.get().isEmpty()
                ? this
                : with(content.with(member, RawText.shown(value.get())));
    }

    public CommandEntry withNumber(String member, OptionalLong value) {
        return value.isEmpty() ? this : with(content.with(member, value.getAsLong()));
    }

    public CommandEntry by(AuthorKind kind, Optional<String> name) {
        return with(content.with("authorKind", kind.text())).withText("author", name);
    }

    public CommandEntry withDevice(String device) {
        return new CommandEntry(id, createdAtMs, Optional.of(device), content);
    }

    /// What is encrypted.
    public byte[] plaintext() {
        return Codec.print(content.tree());
    }

    /// The other direction of [#plaintext].
    ///
    /// @throws MalformedJson when it is no object
    public static CommandEntry read(
            String id, long createdAtMs, String deviceId, byte[] plaintext) {
        JsonObject content =
                JsonObject.from(Codec.parse(plaintext))
                        .orElseThrow(() -> new MalformedJson("no object"));
        return new CommandEntry(id, createdAtMs, Optional.of(deviceId), content);
    }

    /// The id alone: a command may be a secret.
    @Override
    public String toString() {
        return "CommandEntry[" + id + "]";
    }
}
