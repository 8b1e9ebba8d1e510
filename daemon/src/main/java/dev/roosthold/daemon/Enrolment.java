package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.SymmetricKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// Makes this computer a machine of an account, by what the person pasted. Only local files are
/// touched; the relay is asked by the daemon.
public final class Enrolment {
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path home;
    private final EnrolmentFile file;
    private final RemoteAccessFile access;
    private final Clock clock;
    private final SecureRandom random;

    /// @param home the directory of all files of this program; made with mode 0700 when absent
    public Enrolment(Path home, Clock clock, SecureRandom random) {
        this.home = home;
        this.clock = clock;
        this.random = random;
        file = new EnrolmentFile(home);
        access = new RemoteAccessFile(home);
    }

    public Enrolment(Path home) {
        this(home, Clock.systemUTC(), new SecureRandom());
    }

    /// `~/.roost`.
    public static Path defaultHome() {
        return Path.of(System.getProperty("user.home"), ".roost");
    }

    /// What this computer is enrolled as; empty when it is not.
    ///
    /// @throws DaemonException when the file is there and cannot be read
    public Optional<MachineCredential> current() {
        return file.read();
    }

    /// Stores the credential and makes the machine key.
    ///
    /// The same machine id again continues with the machine key that is there; its secret, address
    /// and root directory may have changed (the token was replaced, the relay has moved). Another
    /// machine id, another account or a file that cannot be understood is refused, unless `replace`
    /// is asked for: then the old file is kept beside the new one under the name
    /// `machine.json.<time>`.
    ///
    /// @throws DaemonException when files cannot be read or written
    public EnrolmentResult enrol(
            RelayAddress server,
            MachineToken token,
            AccountKey accountKey,
            Path rootDirectory,
            boolean replace) {
        Path root;
        try {
            root = rootDirectory.toRealPath();
        } catch (IOException _) {
            return new EnrolmentResult.Refused(
                    "the root directory " + rootDirectory + " does not exist");
        }
        if (!root.toFile().isDirectory()) {
            return new EnrolmentResult.Refused(rootDirectory + " is not a directory");
        }
        Optional<DaemonLock> lock = DaemonLock.tryAcquire(home);
        try (DaemonLock _ = lock.orElse(null)) {
            return decide(server, token, accountKey, root, replace, lock.isPresent());
        }
    }

    private EnrolmentResult decide(
            RelayAddress server,
            MachineToken token,
            AccountKey accountKey,
            Path root,
            boolean replace,
            boolean locked) {
        Optional<MachineCredential> present;
        try {
            present = file.read();
        } catch (DaemonException e) {
            if (!replace) {
                return new EnrolmentResult.Refused(
                        e.getMessage() + "; enrol with --replace to put it aside");
            }
            return locked ? enrolAnew(server, token, accountKey, root) : busy();
        }
        if (present.isEmpty()) {
            return locked ? enrolAnew(server, token, accountKey, root) : busy();
        }
        MachineCredential old = present.get();
        boolean sameMachine =
                old.token().machine().equals(token.machine())
                        && old.accountKey().equals(accountKey);
        if (sameMachine) {
            MachineCredential renewed =
                    new MachineCredential(server, token, accountKey, old.machineKey(), root);
            if (!renewed.equals(old)) {
                if (!locked) {
                    return busy();
                }
                file.write(renewed);
                if (!old.rootDirectory().equals(root)) {
                    access.enrolledWith(root);
                }
            }
            return new EnrolmentResult.Continued(renewed);
        }
        if (replace) {
            return locked ? enrolAnew(server, token, accountKey, root) : busy();
        }
        return new EnrolmentResult.Refused(inTheWay(old, token));
    }

    private EnrolmentResult enrolAnew(
            RelayAddress server, MachineToken token, AccountKey accountKey, Path root) {
        Optional<Path> kept =
                file.exists()
                        ? Optional.of(file.backUp(SUFFIX.format(clock.instant())))
                        : Optional.empty();
        MachineCredential credential =
                new MachineCredential(server, token, accountKey, SymmetricKey.random(random), root);
        file.write(credential);
        access.enrolledWith(root);
        return new EnrolmentResult.Enrolled(credential, kept);
    }

    private static EnrolmentResult busy() {
        return new EnrolmentResult.Refused(
                "the machine daemon is running on this computer; stop it first");
    }

    private String inTheWay(MachineCredential old, MachineToken token) {
        String what =
                old.token().machine().equals(token.machine())
                        ? "this computer is enrolled as this machine with another account key"
                        : "this computer is already enrolled as machine "
                                + old.token().machine()
                                + " at "
                                + old.server();
        return what + "; enrol with --replace to put " + file.path() + " aside and start anew";
    }
}
