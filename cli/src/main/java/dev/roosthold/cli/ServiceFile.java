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
    private static final String NAME = "roosthold-machine";
    private static final String LABEL = "dev.roosthold.machine";

    /// @param path the PATH with which agents are found
    static ServiceFile systemd(Path userHome, Path home, List<String> launcher, String path) {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(List.of("daemon", "run", "--home=" + home));
        String content =
                """
                # The machine daemon of Roosthold, written by `roost daemon install`.
                # It runs while you are logged in; `loginctl enable-linger` lets it run always.
                [Unit]
                Description=Roosthold machine daemon
                After=network-online.target

                [Service]
                ExecStart=%s
                Environment=LC_ALL=C.UTF-8
                Environment=%s
                Restart=on-failure
                RestartSec=5
                # 5: the relay does not accept this machine any more. 2: the settings are wrong.
                RestartPreventExitStatus=2 5
                SuccessExitStatus=143
                # The daemon ends what it has started.
                KillMode=mixed
                TimeoutStopSec=35
                NoNewPrivileges=no

                [Install]
                WantedBy=default.target
                """
                        .formatted(
                                words.stream()
                                        .map(ServiceFile::systemdWord)
                                        .collect(Collectors.joining(" ")),
                                systemdWord("PATH=" + path));
        return new ServiceFile(
                userHome.resolve(".config/systemd/user/" + NAME + ".service"),
                content,
                List.of("systemctl --user daemon-reload", "systemctl --user enable --now " + NAME));
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
        List<String> words = new ArrayList<>(launcher);
        words.addAll(List.of("daemon", "run", "--background", "--home=" + home));
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
                <!-- The machine daemon of Roosthold, written by `roost daemon install`. -->
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
                        .formatted(LABEL, arguments, environment);
        Path file = userHome.resolve("Library/LaunchAgents/" + LABEL + ".plist");
        return new ServiceFile(
                file, content, List.of("launchctl bootstrap gui/$(id -u) '" + file + "'"));
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
