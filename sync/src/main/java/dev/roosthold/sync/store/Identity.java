package dev.roosthold.sync.store;

import org.jspecify.annotations.Nullable;

/// Who this device is.
///
/// @param lastSyncAt when the last exchange with the relay was completed, or null
/// @param paused whether the person has asked for no connection
public record Identity(
        String accountId,
        String deviceId,
        String deviceName,
        String platform,
        String syncRootId,
        long createdAt,
        @Nullable Long lastSyncAt,
        boolean paused) {
    /// Without the name of the device.
    @Override
    public String toString() {
        return "Identity[" + accountId + "]";
    }
}
