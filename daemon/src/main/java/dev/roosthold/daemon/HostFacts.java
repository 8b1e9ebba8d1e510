package dev.roosthold.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// What the machine tells its owner about this computer.
///
/// @param platform `linux`, `darwin`, `win32` and so on, the names that the clients know
/// @param arch `x64`, `arm64` and so on
public record HostFacts(
        String host, String platform, String arch, String username, Path homeDirectory) {

    public static HostFacts detect() {
        return new HostFacts(
                hostName(),
                platform(System.getProperty("os.name", "")),
                arch(System.getProperty("os.arch", "")),
                System.getProperty("user.name", ""),
                Path.of(System.getProperty("user.home", "/")));
    }

    static String platform(String osName) {
        String name = osName.toLowerCase(Locale.ROOT);
        if (name.startsWith("mac")) {
            return "darwin";
        }
        return name.startsWith("windows") ? "win32" : name;
    }

    static String arch(String osArch) {
        return switch (osArch) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            default -> osArch;
        };
    }

    /// The kernel's name first: resolving the own name may wait for a name server.
    private static String hostName() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            if (!name.isEmpty()) {
                return name;
            }
        } catch (IOException _) {
            // Not Linux.
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException _) {
            return "localhost";
        }
    }
}
