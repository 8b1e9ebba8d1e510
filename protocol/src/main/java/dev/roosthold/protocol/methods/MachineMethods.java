package dev.roosthold.protocol.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/// The methods of a machine.
public final class MachineMethods {
    /// Starts a session.
    public static final RemoteMethod<SpawnParams, SpawnResult> SPAWN =
            new RemoteMethod<>("spawn-happy-session", SpawnParams.class, SpawnResult.class);

    /// Starts a session of before again. Only there when the machine's metadata says so.
    public static final RemoteMethod<Resume, SpawnResult> RESUME =
            new RemoteMethod<>("resume-happy-session", Resume.class, SpawnResult.class);

    public static final RemoteMethod<SessionRef, Message> STOP_SESSION =
            new RemoteMethod<>("stop-session", SessionRef.class, Message.class);

    /// The daemon ends about a tenth of a second after its answer.
    public static final RemoteMethod<NoParams, Message> STOP_DAEMON =
            new RemoteMethod<>("stop-daemon", NoParams.class, Message.class);

    public static final RemoteMethod<ClaudeSession, NewClaudeSession> CLAUDE_FORK =
            new RemoteMethod<>("claude-fork-session", ClaudeSession.class, NewClaudeSession.class);

    public static final RemoteMethod<ClaudeSession, ClaudePoints> CLAUDE_POINTS =
            new RemoteMethod<>(
                    "claude-list-rewind-points", ClaudeSession.class, ClaudePoints.class);

    public static final RemoteMethod<ClaudeCut, NewClaudeSession> CLAUDE_DUPLICATE =
            new RemoteMethod<>("claude-duplicate-session", ClaudeCut.class, NewClaudeSession.class);

    public static final RemoteMethod<CodexThread, NewCodexThread> CODEX_FORK =
            new RemoteMethod<>("codex-fork-thread", CodexThread.class, NewCodexThread.class);

    public static final RemoteMethod<CodexThread, CodexPoints> CODEX_POINTS =
            new RemoteMethod<>("codex-list-rewind-points", CodexThread.class, CodexPoints.class);

    public static final RemoteMethod<CodexThread, NewCodexThread> CODEX_DUPLICATE =
            new RemoteMethod<>("codex-duplicate-thread", CodexThread.class, NewCodexThread.class);

    /// Makes a directory with all that is missing above it. Only our machines have it.
    public static final RemoteMethod<FileMethods.PathParams, MadeDirectory> MAKE_DIRECTORY =
            new RemoteMethod<>("make-directory", FileMethods.PathParams.class, MadeDirectory.class);

    /// Clones a repository; progress comes as a live stream of the machine. Only our machines have
    /// it.
    public static final RemoteMethod<GitClone, Cloned> GIT_CLONE =
            new RemoteMethod<>("git-clone", GitClone.class, Cloned.class);

    /// Searches the history of commands that this machine knows of, newest first. Only our machines
    /// have it.
    public static final RemoteMethod<HistorySearch, HistoryPage> HISTORY_SEARCH =
            new RemoteMethod<>("history-search", HistorySearch.class, HistoryPage.class);

    private MachineMethods() {}

    /// @param query words that must all be in a command
    /// @param machine host name, or name or id of a device
    /// @param author name of a person or agent
    /// @param before `nextBefore` of the page of before
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record HistorySearch(
            Optional<String> query,
            Optional<String> machine,
            Optional<String> author,
            Optional<String> before,
            OptionalLong limit) {}

    /// @param nextBefore null on the last page
    public record HistoryPage(List<HistoryEntry> entries, Optional<String> nextBefore) {}

    /// A command that was run.
    ///
    /// @param createdAt when it began, Unix milliseconds
    /// @param authorKind `person` or `agent`
    /// @param session of the shell, or the id of the agent's session
    /// @param outcome `failed` for one that failed with an exit code that nobody told
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record HistoryEntry(
            String id,
            @JsonProperty(required = true) long createdAt,
            String command,
            Optional<String> prompt,
            OptionalLong exitCode,
            OptionalLong durationMs,
            Optional<String> cwd,
            Optional<String> host,
            Optional<String> shell,
            Optional<String> author,
            Optional<String> authorKind,
            Optional<String> session,
            Optional<String> deviceId,
            Optional<String> outcome) {}

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Resume(
            String sessionId, Optional<String> model, Optional<String> permissionMode) {}

    public record SessionRef(String sessionId) {}

    /// What was done, in words.
    public record Message(String message) {}

    /// @param claudeSessionId a UUID
    public record ClaudeSession(String directory, String claudeSessionId) {}

    /// @param claudeSessionId a UUID
    /// @param cutAfterUuid the last line that the new session has
    public record ClaudeCut(String directory, String claudeSessionId, String cutAfterUuid) {}

    /// @param type `success`
    public record NewClaudeSession(String type, String newClaudeSessionId) {
        public static NewClaudeSession of(String id) {
            return new NewClaudeSession("success", id);
        }
    }

    /// @param type `success`
    public record ClaudePoints(String type, List<ClaudePoint> points) {
        public static ClaudePoints of(List<ClaudePoint> points) {
            return new ClaudePoints("success", points);
        }
    }

    /// A line of the transcript to go back to.
    ///
    /// @param timestamp as it stands in the transcript
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record ClaudePoint(String uuid, String text, Optional<JsonNode> timestamp) {

        public ClaudePoint {
            timestamp = timestamp.filter(time -> !time.isNull());
        }
    }

    /// @param cutAfterItemId the last item that the new thread has
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record CodexThread(
            String directory, String codexThreadId, Optional<String> cutAfterItemId) {}

    /// @param type `success`
    public record NewCodexThread(String type, String newCodexThreadId) {
        public static NewCodexThread of(String id) {
            return new NewCodexThread("success", id);
        }
    }

    /// @param type `success`
    public record CodexPoints(String type, List<CodexPoint> points) {
        public static CodexPoints of(List<CodexPoint> points) {
            return new CodexPoints("success", points);
        }
    }

    /// An item of the thread to go back to.
    ///
    /// @param timestamp as it stands in the thread
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record CodexPoint(String itemId, String text, Optional<JsonNode> timestamp) {

        public CodexPoint {
            timestamp = timestamp.filter(time -> !time.isNull());
        }
    }

    /// @param path as it is after following links
    /// @param created false when it was there
    public record MadeDirectory(boolean success, String path, boolean created) {}

    /// @param streamId what the progress is sent under; empty when none is wanted
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record GitClone(String url, String path, Optional<String> streamId) {}

    /// @param pending present and true when it goes on: the stream tells how it ends
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Cloned(boolean success, String path, Optional<Boolean> pending) {}
}
