package dev.roosthold.jazz.group;

import org.jspecify.annotations.Nullable;

/// What a member of a group may do.
public enum Role {
    READER("reader"),
    WRITER("writer"),
    MANAGER("manager"),
    ADMIN("admin"),
    /// Writes with a key of its own and reads nothing of others.
    WRITE_ONLY("writeOnly"),
    /// No member any more.
    REVOKED("revoked"),
    READER_INVITE("readerInvite"),
    WRITER_INVITE("writerInvite"),
    MANAGER_INVITE("managerInvite"),
    ADMIN_INVITE("adminInvite"),
    WRITE_ONLY_INVITE("writeOnlyInvite");

    private final String text;

    Role(String text) {
        this.text = text;
    }

    /// The word in group entries.
    public String text() {
        return text;
    }

    /// The role of a word, or null.
    public static @Nullable Role of(@Nullable String text) {
        for (Role role : values()) {
            if (role.text.equals(text)) {
                return role;
            }
        }
        return null;
    }

    public boolean isInvite() {
        return compareTo(READER_INVITE) >= 0;
    }

    /// The invite that gives this role, or null when there is none.
    public @Nullable Role invite() {
        return of(text + "Invite");
    }

    /// The role that an invite gives, or null when this is no invite.
    public @Nullable Role invited() {
        return isInvite() ? of(text.substring(0, text.length() - "Invite".length())) : null;
    }

    public boolean mayWrite() {
        return this == ADMIN || this == MANAGER || this == WRITER || this == WRITE_ONLY;
    }

    /// Whether the members with this role hold the group's read key.
    public boolean mayRead() {
        return this == ADMIN || this == MANAGER || this == WRITER || this == READER;
    }

    public boolean mayManage() {
        return this == ADMIN || this == MANAGER;
    }

    /// Whether a role that comes from a parent group replaces this one.
    static boolean isBetter(Role inherited, @Nullable Role own) {
        if (own == null) {
            return true;
        }
        if (own == WRITE_ONLY) {
            return inherited != READER;
        }
        return own.isInvite() ? inherited.mayRead() : inherited.compareTo(own) > 0;
    }
}
