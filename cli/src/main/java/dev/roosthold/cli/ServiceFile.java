package dev.roosthold.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What starts the daemon when its user logs in, as the system wants it written.
///
/// @param file where it belongs
/// @param content of the file
/// @param enable the commands that put it into force
record ServiceFile(Path file, String content, List<String> enable) {
    private static final Service MACHINE =
            new Service("machine", "machine daemon", "roost daemon install", "2 5");

    private static final Service SYNC =
            new Service("sync", "sync daemon", "roost sync install", "75 77 78");

    /// A program that can be started at login.
    ///
    /// @param name in the names of the files
    /// @param title for people
    /// @param writtenBy the command that writes the unit
    /// @param finalStatuses exit statuses after which starting it again changes nothing
    private record Service(String name, String title, String writtenBy, String finalStatuses) {
        String unit() {
            return "roosthold-" + name;
        }

        String label() {
            return "dev.roosthold." + name;
        }
    }

    /// @param path the PATH with which agents are found
    static ServiceFile systemd(Path userHome, Path home, List<String> launcher, String path) {
        return systemd(
                MACHINE, userHome, List.of("daemon", "run", "--home=" + home), launcher, path);
    }

    /// The sync daemon.
    ///
    /// @param options of `roost sync daemon`
    static ServiceFile syncSystemd(
            Path userHome, List<String> options, List<String> launcher, String path) {
        return systemd(SYNC, userHome, sync(options), launcher, path);
    }

    /// The sync daemon, whose log goes to its file.
    ///
    /// @param options of `roost sync daemon`
    static ServiceFile syncLaunchd(
            Path userHome, List<String> options, List<String> launcher, String path) {
        List<String> arguments = new ArrayList<>(sync(options));
        arguments.add("--background");
        return launchd(SYNC, userHome, arguments, launcher, path);
    }

    private static List<String> sync(List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("sync", "daemon"));
        arguments.addAll(options);
        return arguments;
    }

    private static ServiceFile systemd(
            Service service,
            Path userHome,
            List<String> arguments,
            List<String> launcher,
            String path) {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(arguments);
        String content =
                """
                # The %s of Roosthold, written by `%s`.
                # It runs while you are logged in; `loginctl enable-linger` lets it run always.
                [Unit]
                Description=Roosthold %s
                After=network-online.target

                [Service]
                ExecStart=%s
                Environment=LC_ALL=C.UTF-8
                Environment=%s
                Restart=on-failure
                RestartSec=5
                # After these it would end in the same way again: see its --help.
                RestartPreventExitStatus=%s
                SuccessExitStatus=143
                # The daemon ends what it has started.
                KillMode=mixed
                TimeoutStopSec=35
                NoNewPrivileges=no

                [Install]
                WantedBy=default.target
                """
                        .formatted(
                                service.title(),
                                service.writtenBy(),
                                service.title(),
                                words.stream()
                                        .map(ServiceFile::systemdWord)
                                        .collect(Collectors.joining(" ")),
                                systemdWord("PATH=" + path),
                                service.finalStatuses());
        return new ServiceFile(
                userHome.resolve(".config/systemd/user/" + service.unit() + ".service"),
                content,
                List.of(
                        "systemctl --user daemon-reload",
                        "systemctl --user enable --now " + service.unit()));
    }

    private static String systemdWord(String word) {
        String escaped =
                word.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("%", "%%")
                        .replace("$", "$$")
                        .replace("\n", "\\n");
        return word.matches("[A-Za-z0-9_./:=+,@-]+") ? word : "\"" + escaped + "\"";
    }

    /// @param path the PATH with which agents are found
    static ServiceFile launchd(Path userHome, Path home, List<String> launcher, String path) {
        return launchd(
                MACHINE,
                userHome,
                List.of("daemon", "run", "--background", "--home=" + home),
                launcher,
                path);
    }

    private static ServiceFile launchd(
            Service service, Path userHome, List<String> more, List<String> launcher, String path) {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(more);
        String arguments =
                words.stream()
                        .map(word -> "    <string>" + xml(word) + "</string>\n")
                        .collect(Collectors.joining());
        String environment =
                Map.of("PATH", path).entrySet().stream()
                        .map(
                                entry ->
                                        "    <key>%s</key><string>%s</string>\n"
                                                .formatted(entry.getKey(), xml(entry.getValue())))
                        .collect(Collectors.joining());
        String content =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <!-- The %s of Roosthold, written by `%s`. -->
                <plist version="1.0">
                <dict>
                  <key>Label</key><string>%s</string>
                  <key>ProgramArguments</key>
                  <array>
                %s  </array>
                  <key>EnvironmentVariables</key>
                  <dict>
                    <key>LC_ALL</key><string>en_US.UTF-8</string>
                %s  </dict>
                  <key>RunAtLoad</key><true/>
                  <key>KeepAlive</key>
                  <dict><key>SuccessfulExit</key><false/></dict>
                  <key>ThrottleInterval</key><integer>60</integer>
                  <key>ExitTimeOut</key><integer>35</integer>
                </dict>
                </plist>
                """
                        .formatted(
                                service.title(),
                                service.writtenBy(),
                                service.label(),
                                arguments,
                                environment);
        Path file = userHome.resolve("Library/LaunchAgents/" + service.label() + ".plist");
        return new ServiceFile(
                file, content, List.of("launchctl bootstrap gui/$(id -u) '" + file + "'"));
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
