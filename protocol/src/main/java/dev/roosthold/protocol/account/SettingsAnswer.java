package dev.roosthold.protocol.account;

import org.jspecify.annotations.Nullable;

/// Answer of `POST /v1/account/settings`, both with status 200.
public sealed interface SettingsAnswer {

    /// The write was accepted.
    ///
    /// @param version the version that it made
    record Saved(boolean success, int version) implements SettingsAnswer {}

    /// Someone else wrote first.
    ///
    /// @param error always `version-mismatch`
    record Mismatch(
            boolean success, String error, int currentVersion, @Nullable String currentSettings)
            implements SettingsAnswer {}

    static SettingsAnswer saved(int version) {
        return new Saved(true, version);
    }

    static SettingsAnswer mismatch(Settings current) {
        return new Mismatch(
                false, "version-mismatch", current.settingsVersion(), current.settings());
    }
}
