package dev.roosthold.sync.config;

import java.util.Map;

/// What the command line gave.
///
/// @param given values by option, `--relay` for example; `--config` names the file of the settings
/// @param background whether nobody reads standard error, so that the log goes to its file
public record SyncOptions(Map<String, String> given, boolean background) {
    public SyncOptions {
        given = Map.copyOf(given);
    }
}
