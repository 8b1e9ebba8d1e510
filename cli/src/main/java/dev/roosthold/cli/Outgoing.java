package dev.roosthold.cli;

import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxException;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.crypto.BoxPublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/// The outboxes of this computer's commands: `outbox/<account>/<n>` in the home directory.
///
/// An outbox belongs to one program at a time, and several commands may run; each takes the first
/// that is free. What an earlier one could not send goes out with the next command that runs. An
/// account has its own, so that nothing is sent to another one after a new sign-in.
final class Outgoing {
    private static final int MOST = 16;

    /// A file with no message in it is shorter.
    private static final long EMPTY_BYTES = 64;

    private Outgoing() {}

    /// One to write to; it and those with something left in them send until the account is closed.
    static Outbox open(Access access, OutboxListener listener) {
        Path directory = directory(access);
        Outbox own = null;
        OutboxException failure = null;
        for (int n = 1; n <= MOST; n++) {
            Path place = directory.resolve(Integer.toString(n));
            if (own != null && !holdsMessages(place)) {
                continue;
            }
            try {
                Outbox opened = access.account().outbox(place, OutboxLimits.USUAL, listener);
                own = own == null ? opened : own;
            } catch (OutboxException e) {
                // Another command has it, which sends what is in it.
                failure = e;
            }
        }
        if (own == null) {
            throw new CommandFailure(
                    failure == null ? "no outbox" : String.valueOf(failure.getMessage()), "");
        }
        return own;
    }

    /// What this computer keeps of the account's messages.
    static Path directory(Access access) {
        return access.home()
                .resolve("outbox")
                .resolve(name(access.server().toString(), access.contentPublicKey()));
    }

    private static boolean holdsMessages(Path place) {
        try {
            Path log = place.resolve("outbox.log");
            return Files.exists(log) && Files.size(log) > EMPTY_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(String server, BoxPublicKey account) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(server.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            byte[] hash = digest.digest(account.bytes());
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
