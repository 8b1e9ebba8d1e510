package dev.roosthold.protocol;

import java.util.Arrays;
import java.util.Optional;

/// How much an agent may do without asking. The names are those that travel.
public enum PermissionMode {
    DEFAULT("default"),
    ACCEPT_EDITS("acceptEdits"),
    BYPASS_PERMISSIONS("bypassPermissions"),
    PLAN("plan"),
    READ_ONLY("read-only"),
    SAFE_YOLO("safe-yolo"),
    YOLO("yolo");

    private final String wireName;

    PermissionMode(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /// Empty for a name that is not known here.
    public static Optional<PermissionMode> of(String wireName) {
        return Arrays.stream(values()).filter(mode -> mode.wireName.equals(wireName)).findFirst();
    }
}
