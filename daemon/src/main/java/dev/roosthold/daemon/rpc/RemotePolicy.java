package dev.roosthold.daemon.rpc;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What the account's clients may do on this machine from afar. Changed on the machine only.
public enum RemotePolicy {
    /// Everything, commands included.
    FULL(Set.of()),
    /// Sessions, and what it takes to choose a directory for one: looking around, reading, making a
    /// directory, cloning a repository. No commands and no writing of files.
    SESSIONS(
            Set.of(
                    "spawn-happy-session",
                    "resume-happy-session",
                    "stop-session",
                    "restore-session-key",
                    "create-assistant",
                    "run-job",
                    "stop-daemon",
                    "listDirectory",
                    "getDirectoryTree",
                    "readFile",
                    "make-directory",
                    "git-clone",
                    "ripgrep",
                    "permission",
                    "abort",
                    "switch",
                    "killSession",
                    "goal-action",
                    "history-search",
                    "communication")),
    /// Only stopping: what an agent does, a session, or the daemon.
    LOCKED(Set.of("stop-session", "stop-daemon", "killSession", "abort"));

    @SuppressWarnings("ImmutableEnumChecker") // Set.copyOf
    private final Set<String> methods;

    RemotePolicy(Set<String> methods) {
        this.methods = Set.copyOf(methods);
    }

    /// Whether calls of this method are carried out. A method that no policy knows is allowed by
    /// [#FULL] alone.
    public boolean allows(String method) {
        return this == FULL || methods.contains(method);
    }

    /// `full`, `sessions` or `locked`: as it is stored, shown and typed.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The other direction of [#text]; empty for any other text.
    public static Optional<RemotePolicy> of(String text) {
        for (RemotePolicy policy : values()) {
            if (policy.text().equals(text)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
