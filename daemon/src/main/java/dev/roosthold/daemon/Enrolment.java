package dev.roosthold.daemon;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.BoxSecretKey;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.protocol.MachineId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;

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

    /// What this computer is; empty when it is no machine.
    ///
    /// @throws DaemonException when the file is there and cannot be read
    public Optional<MachineIdentity> identity() {
        return file.read();
    }

    /// What this computer is enrolled as; empty when it is not, or waits for its keys.
    ///
    /// @throws DaemonException when the file is there and cannot be read
    public Optional<MachineCredential> current() {
        return file.read()
                .flatMap(
                        identity ->
                                identity instanceof MachineCredential credential
                                        ? Optional.of(credential)
                                        : Optional.empty());
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
        return enrol(server, token, Optional.of(accountKey), rootDirectory, replace);
    }

    /// Stores the token and makes the key to which the owner sends the account's key. A machine
    /// that has its keys already keeps them; one that waits keeps its request, and with it the
    /// code. What is in the way is treated as in [#enrol].
    ///
    /// @throws DaemonException when files cannot be read or written
    public EnrolmentResult enrolByApproval(
            RelayAddress server, MachineToken token, Path rootDirectory, boolean replace) {
        return enrol(server, token, Optional.empty(), rootDirectory, replace);
    }

    private EnrolmentResult enrol(
            RelayAddress server,
            MachineToken token,
            Optional<AccountKey> accountKey,
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
            return decide(new Wanted(server, token, accountKey, root), replace, lock.isPresent());
        }
    }

    /// What the person asks for.
    private record Wanted(
            RelayAddress server, MachineToken token, Optional<AccountKey> accountKey, Path root) {

        EnrolmentResult anew(SecureRandom random, Optional<Path> kept) {
            return accountKey
                    .<EnrolmentResult>map(
                            key ->
                                    new EnrolmentResult.Enrolled(
                                            with(key, SymmetricKey.random(random)), kept))
                    .orElseGet(
                            () ->
                                    new EnrolmentResult.Waiting(
                                            waiting(BoxSecretKey.random(random)), kept));
        }

        /// Empty when what is there is another machine, or this one with another account key.
        Optional<EnrolmentResult> continuing(MachineIdentity old, SecureRandom random) {
            if (!old.machine().equals(token.machine())) {
                return Optional.empty();
            }
            return switch (old) {
                case MachineCredential.WithToken known ->
                        accountKey.isEmpty() || accountKey.get().equals(known.accountKey())
                                ? Optional.of(
                                        new EnrolmentResult.Continued(
                                                with(known.accountKey(), known.machineKey())))
                                : Optional.empty();
                case PendingEnrolment pending ->
                        Optional.of(
                                accountKey.isPresent()
                                        ? anew(random, Optional.empty())
                                        : new EnrolmentResult.Waiting(
                                                waiting(pending.requestKey()), Optional.empty()));
                case MachineCredential.OfSignIn _ -> Optional.empty();
            };
        }

        private MachineCredential.WithToken with(AccountKey key, SymmetricKey machineKey) {
            return new MachineCredential.WithToken(server, token, key, machineKey, root);
        }

        private PendingEnrolment waiting(BoxSecretKey key) {
            return new PendingEnrolment(server, token, key, root);
        }
    }

    private EnrolmentResult decide(Wanted wanted, boolean replace, boolean locked) {
        Optional<MachineIdentity> present;
        try {
            present = file.read();
        } catch (DaemonException e) {
            if (!replace) {
                return new EnrolmentResult.Refused(
                        e.getMessage() + "; enrol with --replace to put it aside");
            }
            return locked ? enrolAnew(wanted) : busy();
        }
        if (present.isEmpty()) {
            return locked ? enrolAnew(wanted) : busy();
        }
        MachineIdentity old = present.get();
        Optional<EnrolmentResult> continued = wanted.continuing(old, random);
        if (continued.isPresent()) {
            MachineIdentity renewed = stored(continued.get());
            if (!renewed.equals(old)) {
                if (!locked) {
                    return busy();
                }
                file.write(renewed);
                if (!old.rootDirectory().equals(wanted.root())) {
                    access.enrolledWith(wanted.root());
                }
            }
            return continued.get();
        }
        if (replace) {
            return locked ? enrolAnew(wanted) : busy();
        }
        return new EnrolmentResult.Refused(inTheWay(old, wanted.token()));
    }

    private EnrolmentResult enrolAnew(Wanted wanted) {
        EnrolmentResult result = wanted.anew(random, backUp());
        file.write(stored(result));
        access.enrolledWith(wanted.root());
        return result;
    }

    private Optional<Path> backUp() {
        return file.exists()
                ? Optional.of(file.backUp(SUFFIX.format(clock.instant())))
                : Optional.empty();
    }

    private static MachineIdentity stored(EnrolmentResult result) {
        return switch (result) {
            case EnrolmentResult.Enrolled(var credential, _) -> credential;
            case EnrolmentResult.Continued(var credential) -> credential;
            case EnrolmentResult.Waiting(var pending, _) -> pending;
            case EnrolmentResult.Refused(var message) -> throw new IllegalStateException(message);
        };
    }

    /// Makes this computer the machine of its sign-in, when it is no machine yet: with an id made
    /// here. A machine of an earlier sign-in, to another account or relay, is put aside; one with a
    /// token of its own is left as it is.
    ///
    /// @return what this computer is then
    /// @throws DaemonException when files cannot be read or written, or a daemon runs
    public MachineIdentity ofSignIn(SignIn signIn, Path rootDirectory) {
        Optional<MachineIdentity> present = file.read();
        AccountKey accountKey = accountKey(signIn);
        if (present.isPresent()
                && (!(present.get() instanceof MachineCredential.OfSignIn old)
                        || old.server().equals(signIn.server())
                                && old.accountKey().equals(accountKey))) {
            return present.get();
        }
        try (DaemonLock _ =
                DaemonLock.tryAcquire(home)
                        .orElseThrow(
                                () ->
                                        new DaemonException(
                                                "the machine daemon is running on this computer;"
                                                        + " stop it first"))) {
            var made =
                    new MachineCredential.OfSignIn(
                            signIn.server(),
                            new MachineId(UUID.randomUUID().toString()),
                            accountKey,
                            signIn instanceof SignIn.Terminal terminal
                                    ? terminal.machineKey()
                                    : SymmetricKey.random(random),
                            rootDirectory.toRealPath());
            Optional<Path> _ = backUp();
            file.write(made);
            access.enrolledWith(made.rootDirectory());
            return made;
        } catch (IOException e) {
            throw new DaemonException("cannot use the root directory " + rootDirectory, e);
        }
    }

    /// For whom a sign-in makes records readable.
    static AccountKey accountKey(SignIn signIn) {
        return new AccountKey(
                switch (signIn) {
                    case SignIn.Terminal terminal -> terminal.contentPublicKey();
                    case SignIn.Whole whole -> AccountKeys.of(whole.secret()).contentPublicKey();
                });
    }

    /// The owner has sent the account's key: from now on the machine is a whole one.
    ///
    /// @throws DaemonException when the file cannot be written
    MachineCredential.WithToken approved(PendingEnrolment pending, AccountKey accountKey) {
        var credential =
                new MachineCredential.WithToken(
                        pending.server(),
                        pending.token(),
                        accountKey,
                        SymmetricKey.random(random),
                        pending.rootDirectory());
        file.write(credential);
        return credential;
    }

    private static EnrolmentResult busy() {
        return new EnrolmentResult.Refused(
                "the machine daemon is running on this computer; stop it first");
    }

    private String inTheWay(MachineIdentity old, MachineToken token) {
        String what =
                old.machine().equals(token.machine())
                        ? "this computer is enrolled as this machine with another account key"
                        : "this computer is already enrolled as machine "
                                + old.machine()
                                + " at "
                                + old.server();
        return what + "; enrol with --replace to put " + file.path() + " aside and start anew";
    }
}
