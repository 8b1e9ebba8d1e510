package dev.roosthold.daemon.sessions;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Scheduler;
import dev.roosthold.client.account.Bearers;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.protocol.MachineId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What the machine gives to whoever runs its agents.
///
/// @param home the directory of all files of this program
/// @param clientName as which it speaks to the relay
/// @param bearers the machine's own
/// @param account for whom sessions are made readable
/// @param hostName of this computer, as the person sees it
/// @param userHome the home directory of the person
/// @param version of this program
/// @param roots asked at each use
/// @param policy asked at each use
/// @param commands takes what agents run
/// @param notice takes a line that the person at the machine should see
public record AgentHost(
        Path home,
        RelayAddress relay,
        String clientName,
        Bearers bearers,
        MachineId machine,
        BoxPublicKey account,
        String hostName,
        String platform,
        Path userHome,
        String version,
        Supplier<Roots> roots,
        Supplier<RemotePolicy> policy,
        CommandRecorder commands,
        Consumer<String> notice,
        Clock clock,
        Scheduler scheduler,
        SecureRandom random) {}
