package dev.roosthold.daemon.git;

import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An address that may be cloned: `https://`, `ssh://`, `user@host:path`, and `file://` for a
/// repository inside the roots. Nothing else: other schemes of git run programs, and a text that
/// begins with a dash would be an option, to git or to ssh.
///
/// @param protocol the only one that git may use for it
/// @param text as it goes to git
record GitAddress(String protocol, String text) {
    private static final int MAX_LENGTH = 2_000;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
    private static final Pattern LITERAL = Pattern.compile("\\[[0-9A-Fa-f:.]+]");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern SHORT_SSH =
            Pattern.compile("(?<user>[^@:/]+)@(?<host>[^@:/]+):(?<path>[^-:][^:]*|[^-:])");

    /// @throws MethodFailure which repeats nothing of the text: it may hold a password
    static GitAddress of(String text, Roots roots) throws IOException {
        if (text.length() > MAX_LENGTH
                || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '\\')) {
            throw refused();
        }
        var ssh = SHORT_SSH.matcher(text);
        if (ssh.matches() && !text.contains("://")) {
            requireHost(ssh.group("host"));
            requireUser(ssh.group("user"));
            return new GitAddress("ssh", text);
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException _) {
            throw refused();
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (path.length() < 2 || !path.startsWith("/")) {
            throw refused();
        }
        switch (scheme) {
            case "https" -> {
                requireHost(uri.getHost());
                if (uri.getRawUserInfo() != null || uri.getRawAuthority().contains("@")) {
                    throw new MethodFailure(
                            "An address must not hold a user or password: they would be stored in"
                                    + " the clone. Use ssh or a credential helper on the machine");
                }
                return new GitAddress("https", text);
            }
            case "ssh" -> {
                requireHost(uri.getHost());
                if (uri.getRawUserInfo() != null) {
                    requireUser(uri.getRawUserInfo());
                }
                if (path.startsWith("/-")) {
                    throw refused();
                }
                return new GitAddress("ssh", text);
            }
            case "file" -> {
                if (uri.getRawAuthority() != null && !uri.getRawAuthority().isEmpty()) {
                    throw refused();
                }
                try (Place place = roots.resolve(path)) {
                    if (!place.exists()) {
                        throw new MethodFailure("There is no such repository");
                    }
                    return new GitAddress("file", "file://" + place.real());
                }
            }
            default -> throw refused();
        }
    }

    private static void requireHost(@Nullable String host) throws MethodFailure {
        if (host == null || !(HOST.matcher(host).matches() || LITERAL.matcher(host).matches())) {
            throw refused();
        }
    }

    private static void requireUser(String user) throws MethodFailure {
        if (!USER.matcher(user).matches()) {
            throw refused();
        }
    }

    private static MethodFailure refused() {
        return new MethodFailure(
                "Only addresses with https://, ssh:// or user@host:path can be cloned");
    }

    /// The protocol alone.
    @Override
    public String toString() {
        return "GitAddress[" + protocol + "]";
    }
}
