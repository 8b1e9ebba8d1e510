package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Agents as they are published, for tests against real peers. Tests of other modules use them too.
public final class PublishedAgents {
    /// Relative to the folder of any module.
    private static final Path SOURCES = Path.of("..", "daemon", "src", "test", "peers");

    private static final int INSTALL_MINUTES = 8;

    private PublishedAgents() {}

    /// The command that starts it in a home of its own, without asking the internet for anything.
    public static List<String> opencodeCommand(Path program, Path home) {
        return List.of(
                "/usr/bin/env",
                "HOME=" + home,
                "XDG_CONFIG_HOME=" + home.resolve("config"),
                "XDG_DATA_HOME=" + home.resolve("data"),
                "XDG_CACHE_HOME=" + home.resolve("cache"),
                "XDG_STATE_HOME=" + home.resolve("state"),
                "OPENCODE_DISABLE_MODELS_FETCH=1",
                "OPENCODE_DISABLE_AUTOUPDATE=1",
                program.toString(),
                "acp");
    }

    /// What stands in `opencode.json`.
    ///
    /// @param url of the stand-in for its model
    public static String opencodeSettings(String url) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("autoupdate", false).put("share", "disabled");
        json.put("model", "stand/m").put("small_model", "stand/m");
        json.putObject("permission").put("bash", "ask");
        ObjectNode provider = json.putObject("provider").putObject("stand");
        provider.put("npm", "@ai-sdk/openai-compatible").put("name", "Stand-in");
        provider.putObject("options").put("baseURL", url).put("apiKey", "none");
        ObjectNode model = provider.putObject("models").putObject("m");
        model.put("name", "M").put("tool_call", true);
        model.putObject("limit").put("context", 32_000).put("output", 4_000);
        return json.toString();
    }

    /// Installs the packages once into a folder that is named by the lock file. Without them the
    /// test is skipped, loudly; on the build server it fails.
    ///
    /// @return the program `opencode`
    public static Path opencode() throws IOException, InterruptedException {
        String cache = System.getenv("ROOST_PEERS_DIR");
        Path parent =
                cache == null
                        ? Path.of(System.getProperty("user.home"), ".cache", "roosthold", "peers")
                        : Path.of(cache);
        int lock = Files.readString(SOURCES.resolve("package-lock.json")).hashCode();
        Path folder = parent.resolve("agents-" + Integer.toHexString(lock));
        Path program =
                folder.resolve("node_modules")
                        .resolve("opencode-linux-" + HostFacts.arch(System.getProperty("os.arch")))
                        .resolve("bin")
                        .resolve("opencode");
        if (!Files.isExecutable(program)) {
            Files.createDirectories(folder);
            for (String file : List.of("package.json", "package-lock.json", ".npmrc")) {
                Files.copy(
                        SOURCES.resolve(file),
                        folder.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            try {
                // Not `npm ci`: it wants the packages of all systems in the lock file.
                Process npm =
                        new ProcessBuilder("npm", "install", "--no-save", "--ignore-scripts")
                                .directory(folder.toFile())
                                .redirectErrorStream(true)
                                .redirectOutput(folder.resolve("install.log").toFile())
                                .start();
                if (!npm.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
                    npm.destroyForcibly();
                    missing("`npm install` takes too long");
                }
            } catch (IOException e) {
                missing("npm is not installed");
            }
        }
        if (!Files.isExecutable(program)) {
            missing("opencode could not be installed, see " + folder.resolve("install.log"));
        }
        return program;
    }

    private static void missing(String what) {
        String message = "real agents cannot run: " + what;
        if ("true".equals(System.getenv("CI"))) {
            fail(message);
        }
        System.err.println("*** SKIPPED *** " + message);
        Assumptions.abort(message);
    }
}
