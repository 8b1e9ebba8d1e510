package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.wire.SocketLink;
import dev.roosthold.conformance.wire.WireException;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.CryptoException;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.RecordCipher;
import dev.roosthold.crypto.SymmetricKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The machine daemon of `roost` as a process of its own that is killed now and then, with a person
/// who calls it all the time and looks at what the server says of it.
///
/// Each call runs a command that writes the number of the call into a file of the machine: what was
/// answered must be there once, what was refused must not be there, and nothing may be there twice.
/// Calls and answers are encrypted, as between any app and any machine.
final class WatchedDaemon implements KillTrouble.Restart, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Longer than a server that keeps its promise takes for anything.
    private static final int ANSWER_SECONDS = 60;

    /// The server must have told the truth by then; how soon it does is told apart.
    private static final Duration LONGEST_LIE = Duration.ofSeconds(60);

    private static final String NOT_AVAILABLE = "RPC method not available";
    private static final String RAN = "ran";
    private static final int MACHINE_ID_LENGTH = 21;
    private static final int SECRET_LENGTH = 32;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final Api api;
    private final String machine;
    private final Path root;
    private final List<String> run;
    private final ChildServer daemon;
    private final RecordCipher cipher;
    private final Set<String> answered = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final Thread caller;
    private volatile boolean running = true;
    private long unanswered;
    private int kills;
    private long slowestOfflineMillis;
    private long slowestOnlineMillis;

    private WatchedDaemon(
            Api api,
            String machine,
            Path root,
            List<String> run,
            ChildServer daemon,
            RecordCipher cipher) {
        this.api = api;
        this.machine = machine;
        this.root = root;
        this.run = run;
        this.daemon = daemon;
        this.cipher = cipher;
        this.caller = Thread.ofVirtual().name("caller of the daemon").start(this::call);
    }

    /// Makes an account with this machine, starts the daemon, waits until it is online and begins
    /// to call it.
    ///
    /// @param roost the words that start the `roost` command
    /// @param folder for everything of the machine; is made
    /// @throws IOException when it does not come online
    static WatchedDaemon start(List<String> roost, Path folder, HttpClient http, URI server)
            throws IOException, InterruptedException {
        var random = new SecureRandom();
        try (AccountKeys keys = AccountKeys.of(MasterSecret.random(random))) {
            Api api = Api.signUp(http, server, keys.master(), PATIENCE);
            String machine = text(random, MACHINE_ID_LENGTH);
            String secret = text(random, SECRET_LENGTH);
            JsonNode _ =
                    api.need(
                            "POST",
                            "/v1/web/machines",
                            Map.of("machineId", machine, "secret", secret, "name", "killed"));
            Path root = Files.createDirectories(folder.resolve("root"));
            Path home = folder.resolve("home");
            Path token = Files.writeString(folder.resolve("token"), machine + ":" + secret);
            String accountKey = BASE64.encodeToString(keys.contentPublicKey().bytes());
            List<String> enrol =
                    command(
                            roost,
                            List.of(
                                    "enrol",
                                    "--foreground",
                                    "--server",
                                    server.toString(),
                                    "--token-file",
                                    token.toString(),
                                    "--account-key",
                                    accountKey),
                            root,
                            home);
            ChildServer daemon =
                    ChildServer.start(
                            "the machine daemon",
                            enrol,
                            Map.of("HOME", folder.toString()),
                            "Connected.");
            try {
                RecordCipher cipher = new DataKeyCipher(key(api, machine, keys), random);
                List<String> run = command(roost, List.of("daemon", "run"), root, home);
                return new WatchedDaemon(api, machine, root, run, daemon, cipher);
            } catch (CryptoException | WireException e) {
                daemon.close();
                throw new IOException("the machine daemon did not register: " + e.getMessage(), e);
            }
        }
    }

    private static String text(SecureRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return BASE64.encodeToString(bytes).substring(0, length);
    }

    private static List<String> command(
            List<String> roost, List<String> words, Path root, Path home) {
        List<String> command = new ArrayList<>(roost);
        command.addAll(words);
        command.addAll(List.of("--root", root.toString(), "--home", home.toString()));
        return command;
    }

    private static SymmetricKey key(Api api, String machine, AccountKeys keys) {
        String sealed =
                row(api, machine)
                        .map(row -> row.path("dataEncryptionKey").asString(""))
                        .orElseThrow(() -> new WireException("the machine is not listed"));
        return DataEncryptionKey.unwrap(sealed, keys.contentSecretKey());
    }

    /// Kills it, waits until the server shows it offline, starts it and waits until it is online.
    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        kills++;
        long killed = System.nanoTime();
        daemon.kill();
        slowestOfflineMillis = Math.max(slowestOfflineMillis, untilShown(false, killed));
        long started = System.nanoTime();
        daemon.startAgain(run);
        slowestOnlineMillis = Math.max(slowestOnlineMillis, untilShown(true, started));
    }

    /// Ends the calls and waits until the machine is online a last time.
    DaemonReport report() throws IOException, InterruptedException {
        long _ = untilShown(true, System.nanoTime());
        running = false;
        caller.join();
        judge();
        return new DaemonReport(
                kills,
                slowestOfflineMillis,
                slowestOnlineMillis,
                answered.size(),
                unanswered,
                wrong());
    }

    @Override
    public void close() {
        running = false;
        daemon.close();
    }

    // ---- what the server says of it

    private long untilShown(boolean active, long sinceNanos) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_LIE.toNanos();
        while (!isShown(active)) {
            if (System.nanoTime() > end) {
                wrong("a machine that is " + (active ? "there" : "dead") + " is not shown so");
                break;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return (System.nanoTime() - sinceNanos) / 1_000_000;
    }

    private boolean isShown(boolean active) {
        Optional<JsonNode> row = row(api, machine);
        row.ifPresent(this::look);
        return row.isPresent() && row.get().path("active").asBoolean(!active) == active;
    }

    /// Versions of what the daemon keeps on the server only grow.
    private void look(JsonNode row) {
        for (String field : List.of("metadataVersion", "daemonStateVersion")) {
            long now = row.path(field).asLong(0);
            long before = versions.merge(field, now, Math::max);
            if (now < before) {
                wrong(field + " went back from " + before + " to " + now);
            }
        }
    }

    private static Optional<JsonNode> row(Api api, String machine) {
        return api.call("GET", "/v1/machines", null)
                .filter(Api.Answer::ok)
                .flatMap(
                        answer ->
                                answer.body()
                                        .valueStream()
                                        .filter(row -> row.path("id").asString("").equals(machine))
                                        .findFirst());
    }

    // ---- the calls

    private void call() {
        SocketLink link = null;
        try {
            for (int number = 0; running; number++) {
                link = connected(link);
                if (link == null) {
                    TimeUnit.MILLISECONDS.sleep(50);
                } else {
                    call(link, Integer.toString(number));
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (link != null) {
                link.cut();
            }
        }
    }

    private void call(SocketLink link, String number) throws InterruptedException {
        String params =
                Api.JSON.writeValueAsString(
                        Map.of("command", "echo " + number + " >> " + RAN + "; echo " + number));
        String event =
                Api.JSON.writeValueAsString(
                        List.of(
                                "rpc-call",
                                Map.of(
                                        "method",
                                        machine + ":bash",
                                        "params",
                                        cipher.sealText(params))));
        try {
            JsonNode answer = link.ask(event).get(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (answer.path("ok").asBoolean(false)) {
                opened(number, answer.path("result").asString(""));
                return;
            }
            if (answer.path("error").asString("").equals(NOT_AVAILABLE)) {
                refused.add(number);
            }
        } catch (ExecutionException e) {
            // The connection ended: it ran once or not at all.
        } catch (TimeoutException e) {
            wrong("call " + number + " was not answered");
            link.cut();
        }
        unanswered++;
    }

    private void opened(String number, String result) {
        try {
            JsonNode opened = Api.JSON.readTree(cipher.openText(result));
            if (opened.path("stdout").asString("").strip().equals(number)) {
                answered.add(number);
            } else {
                wrong("call " + number + " was answered with " + opened);
            }
        } catch (CryptoException | JacksonException e) {
            wrong("the answer to call " + number + " cannot be read");
        }
    }

    private @Nullable SocketLink connected(@Nullable SocketLink link) {
        if (link != null && link.isOpen()) {
            return link;
        }
        Map<String, String> auth = Map.of("token", api.bearer(), "clientType", "user-scoped");
        return SocketLink.open(api.server(), auth, new Ears())
                .map(SocketLink.Connected::link)
                .orElse(null);
    }

    private void judge() throws IOException {
        Path file = root.resolve(RAN);
        Set<String> ran = new HashSet<>();
        for (String number : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            if (!ran.add(number)) {
                wrong("call " + number + " ran twice");
            }
            if (refused.contains(number)) {
                wrong("call " + number + " was refused and ran");
            }
        }
        answered.stream()
                .filter(number -> !ran.contains(number))
                .forEach(number -> wrong("call " + number + " was answered and did not run"));
    }

    private synchronized void wrong(String what) {
        wrong.add(what);
    }

    private synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    /// Only answers are of interest.
    private final class Ears implements SocketLink.Listener {
        @Override
        public void event(String event, JsonNode args) {
            // Others listen.
        }

        @Override
        public JsonNode asked(String event, JsonNode args) {
            return args.path(1).path("params");
        }

        @Override
        public void answeredTwice(int id) {
            wrong("a second answer to " + id);
        }

        @Override
        public void ended() {
            // It connects again before its next call.
        }
    }
}
