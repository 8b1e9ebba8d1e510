package dev.roosthold.relay.accesskeys;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;

/// What an access key is for.
record Pair(SessionId session, MachineId machine) {}
