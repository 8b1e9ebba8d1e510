package dev.roosthold.daemon.local;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a daemon says about itself.
///
/// @param state name of the state of its life
/// @param detail for people: why it is not online, or the name of the machine; may be empty
/// @param code what the person compares while the machine waits for approval
/// @param onlineSinceMs when it came online; empty while it is not
/// @param startedAtMs when it was started
/// @param policy what may be done from afar
/// @param roots where
/// @param sessions how many agent sessions run
public record DaemonStatus(
        String state,
        String detail,
        Optional<String> code,
        OptionalLong onlineSinceMs,
        long startedAtMs,
        String machine,
        String relay,
        String version,
        String policy,
        List<String> roots,
        int sessions) {

    public DaemonStatus {
        roots = List.copyOf(roots);
    }

    public boolean online() {
        return onlineSinceMs.isPresent();
    }
}
