package dev.roosthold.protocol.artifacts;

/// What a part of an artifact holds after a refused write. Older clients read `version` and `data`,
/// others the longer names: both are sent with the same values.
///
/// @param data base64
public record CurrentPart(int version, String data, int currentVersion, String currentData) {
    public CurrentPart(int version, String data) {
        this(version, data, version, data);
    }
}
