package dev.roosthold.cli;

import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.client.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// Where a new sign-in will be stored. Looked over before the relay is asked for one: a credential
/// that cannot be kept would stay behind at the relay.
final class SignInPlace {
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final SignInFile file;

    private SignInPlace(SignInFile file) {
        this.file = file;
    }

    /// @param replace whether a sign-in that is there is put aside
    static SignInPlace in(Path home, boolean replace) {
        SignInFile file = new SignInFile(home);
        if (file.exists() && !replace) {
            String who;
            try {
                who = file.read().map(old -> "to " + old.server()).orElse("");
            } catch (SignInException e) {
                who = "(" + e.getMessage() + ")";
            }
            throw new CommandFailure(
                    "this computer is signed in already " + who,
                    "`roost logout` ends that; --replace puts it aside, so that it can be taken"
                            + " back.");
        }
        try {
            PrivateFiles.createDirectory(home);
            if (!Files.isWritable(home)) {
                throw new CommandFailure("cannot write in " + home, "");
            }
        } catch (IOException e) {
            throw new CommandFailure("cannot use the directory " + home, "");
        }
        return new SignInPlace(file);
    }

    /// @return where the sign-in is kept that was there before
    Optional<Path> store(SignIn signIn) {
        Optional<Path> old = file.exists() ? Optional.of(putAside(file)) : Optional.empty();
        file.write(signIn);
        return old;
    }

    static Path putAside(SignInFile file) {
        return file.putAside(SUFFIX.format(Instant.now()));
    }
}
