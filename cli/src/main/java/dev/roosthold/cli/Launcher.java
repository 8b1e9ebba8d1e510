package dev.roosthold.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How this program is started again.
final class Launcher {
    private Launcher() {}

    /// The words before the arguments: the script that started this process, or else the runtime
    /// with the same classes.
    static List<String> command() {
        String script = System.getProperty("roost.launcher", "");
        return script.isEmpty()
                ? List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Duser.home=" + System.getProperty("user.home"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                : List.of(script);
    }

    /// Java takes names of files for UTF-8 only where the locale says so; without one, files with
    /// letters outside ASCII could not be opened.
    static void utf8(Map<String, String> environment) {
        String locale =
                environment.getOrDefault(
                        "LC_ALL",
                        environment.getOrDefault("LC_CTYPE", environment.getOrDefault("LANG", "")));
        String upper = locale.toUpperCase(Locale.ROOT);
        if (!upper.contains("UTF-8") && !upper.contains("UTF8")) {
            environment.put("LC_ALL", "C.UTF-8");
        }
    }
}
