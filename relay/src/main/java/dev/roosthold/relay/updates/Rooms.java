package dev.roosthold.relay.updates;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;

/// Names of the rooms that sockets are put into when they are admitted. Every group lies inside its
/// account, so that an id of another account reaches nothing.
public final class Rooms {
    private Rooms() {}

    /// User-scoped sockets.
    public static String users(AccountId account) {
        return "a:" + account + ":u";
    }

    /// Sockets scoped to a machine.
    public static String machine(AccountId account, MachineId machine) {
        return "a:" + account + ":m:" + machine;
    }

    /// Sockets scoped to a session.
    public static String session(AccountId account, SessionId session) {
        return "a:" + account + ":s:" + session;
    }

    /// Sockets that were opened with one credential.
    public static String device(DeviceId device) {
        return "d:" + device;
    }
}
