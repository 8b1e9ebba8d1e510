package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.roosthold.daemon.agents.AgentSettings;
import dev.roosthold.protocol.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The published `opencode`, unchanged, with a stand-in for its language model.
@Tag("peers")
class OpencodeTest {
    private static final Path SOURCES = Path.of("src", "test", "peers");
    private static final int INSTALL_MINUTES = 8;

    @TempDir Path temp;

    @Test
    @Timeout(value = 14, unit = TimeUnit.MINUTES)
    void phoneWorksWithOpencode() throws Exception {
        Path program = installed();
        Path home = Files.createDirectories(temp.resolve("person"));
        try (ModelServer model = new ModelServer("echo hello from the tool");
                AgentRig rig = new AgentRig(temp)) {
            Files.writeString(rig.work.resolve("opencode.json"), configuration(model.url()));
            rig.settings =
                    AgentSettings.USUAL.withAgent(
                            "opencode",
                            List.of(
                                    "/usr/bin/env",
                                    "HOME=" + home,
                                    "XDG_CONFIG_HOME=" + home.resolve("config"),
                                    "XDG_DATA_HOME=" + home.resolve("data"),
                                    "XDG_CACHE_HOME=" + home.resolve("cache"),
                                    "XDG_STATE_HOME=" + home.resolve("state"),
                                    "OPENCODE_DISABLE_MODELS_FETCH=1",
                                    "OPENCODE_DISABLE_AUTOUPDATE=1",
                                    program.toString(),
                                    "acp"));
            rig.startDaemon();
            SessionId session = spawn(rig);
            Phone.Awaiting.until(
                    () ->
                            rig.phone
                                    .metadata(session)
                                    .path("currentModelCode")
                                    .asString("")
                                    .equals("stand/m"));

            rig.phone.write(session, "please look");
            String question = rig.phone.awaitQuestion(session);
            JsonNode request = rig.phone.agentState(session).at("/requests/" + question);
            assertThat(request.path("tool").asString()).isEqualTo("Bash");
            assertThat(request.at("/arguments/command").asString())
                    .isEqualTo("echo hello from the tool");
            assertThat(
                            rig.phone
                                    .callSession(
                                            session,
                                            "permission",
                                            Map.of("id", question, "approved", true))
                                    .isNull())
                    .isTrue();
            List<String> events = rig.phone.awaitTurns(session, 1);
            assertThat(events)
                    .containsSubsequence(
                            "turn-start",
                            "text:I look.",
                            "tool-end",
                            "text:It says: hello from the tool\n",
                            "turn-end:completed");
            assertThat(events)
                    .filteredOn(event -> event.startsWith("tool-start:Bash"))
                    .singleElement()
                    .satisfies(event -> assertThat(event).contains("\"echo hello from the tool\""));
            assertThat(rig.phone.frames).isNotEmpty();

            assertThat(
                            rig.phone
                                    .callMachine(
                                            rig.id(),
                                            "stop-session",
                                            Map.of("sessionId", session.value()))
                                    .has("message"))
                    .isTrue();
            rig.phone.awaitMetadata(session, "lifecycleState", "archived");
            assertThat(rig.phone.callMachine(rig.id(), "stop-daemon", Map.of()).has("message"))
                    .isTrue();
            assertThat(rig.daemon().awaitEnd())
                    .isEqualTo(new DaemonEnd.Requested(ShutdownSource.MOBILE_APP));
            assertThat(rig.owner.daemonState(rig.id()).path("shutdownSource").asString())
                    .isEqualTo("mobile-app");
            assertThat(
                            ProcessHandle.allProcesses()
                                    .filter(one -> one.info().command().isPresent())
                                    .filter(
                                            one ->
                                                    one.info()
                                                            .command()
                                                            .get()
                                                            .equals(program.toString())))
                    .isEmpty();
        }
    }

    /// Its first start takes long: the call is repeated as clients do.
    private static SessionId spawn(AgentRig rig) throws Exception {
        Map<String, String> params =
                Map.of(
                        "type",
                        "spawn-in-directory",
                        "directory",
                        rig.work.toString(),
                        "agent",
                        "opencode",
                        "clientRequestId",
                        "one");
        JsonNode answer = rig.phone.callMachine(rig.id(), "spawn-happy-session", params);
        for (int i = 0; i < 6 && answer.path("type").asString("").equals("pending"); i++) {
            answer = rig.phone.callMachine(rig.id(), "spawn-happy-session", params);
        }
        assertThat(answer.path("type").asString("")).as("%s", answer).isEqualTo("success");
        return new SessionId(answer.path("sessionId").asString());
    }

    private static String configuration(String url) {
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

    /// Installs the packages once into a folder that is named by the lock file.
    private static Path installed() throws IOException, InterruptedException {
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
