package dev.roosthold.sync.config;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Settings of the daemon. Each comes from the command line, else from the environment (empty
/// counts as unset), else from the file, else it has a default.
///
/// @param relay where the relay is
/// @param relayConfigured whether somebody has chosen it
/// @param socket where clients connect; absolute
/// @param database cache and queue; absolute
/// @param cacheMaxSize bytes of the database above which old commands are let go
/// @param syncIntervalMs period of the background cycle
/// @param queueTtlMs how long an entry waits before it is no longer sent by itself; 0 is for ever
/// @param metrics loopback address for Prometheus
/// @param relayCaFile certificates in PEM that are trusted in addition, for the relay only
/// @param file the file of the settings
/// @param warnings about keys that nobody knows
/// @param sources where each setting comes from, by key of the file
public record SyncConfig(
        URI relay,
        boolean relayConfigured,
        Path socket,
        Path database,
        LogLevel logLevel,
        long cacheMaxSize,
        long syncIntervalMs,
        long queueTtlMs,
        Optional<HostPort> metrics,
        Path logFile,
        Optional<Path> relayCaFile,
        Path file,
        List<String> warnings,
        Map<String, String> sources) {
    /// Bytes of the longest path of a socket: 107 on Linux, 103 on macOS.
    public static final int MAX_SOCKET_PATH =
            System.getProperty("os.name", "").startsWith("Mac") ? 103 : 107;

    private static final String DEFAULT_RELAY = "wss://mesh.jazz.tools";
    private static final long MAX_FILE = 1 << 20;
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    /// The keys of the file, and the variable and option that go before them.
    private enum Key {
        RELAY("relay", "CARO_SYNC_RELAY", "--relay"),
        SOCKET("socketPath", "CARO_SYNC_SOCKET", "--socket"),
        CACHE("cachePath", "CARO_SYNC_CACHE_PATH", "--cache"),
        LOG_LEVEL("logLevel", "CARO_SYNC_LOG_LEVEL", "--log-level"),
        CACHE_SIZE("cacheMaxSize", "", ""),
        INTERVAL("syncIntervalMs", "", ""),
        TTL("offlineQueueTtlMs", "", ""),
        METRICS("metricsListen", "", "--metrics-listen"),
        INSECURE("allowInsecureRelay", "", ""),
        LOG_FILE("logFile", "", "--log-file"),
        CA("relayCaFile", "", "");

        final String key;
        final String variable;
        final String option;

        Key(String key, String variable, String option) {
            this.key = key;
            this.variable = variable;
            this.option = option;
        }
    }

    /// A host and a port.
    public record HostPort(String host, int port) {}

    public SyncConfig {
        warnings = List.copyOf(warnings);
        sources = Map.copyOf(sources);
    }

    /// Reads the settings.
    ///
    /// @throws ConfigException when one of them is wrong
    public static SyncConfig read(SyncOptions options, Map<String, String> environment)
            throws ConfigException {
        return new Reader(options.given(), environment).read();
    }

    /// The database's path with another ending.
    public Path beside(String ending) {
        return SyncFiles.beside(database, ending);
    }

    /// The secret by which the account is known, kept outside the database.
    public Path authKeyFile() {
        return beside(".authkey");
    }

    /// The log of the values that are shared.
    public Path valuesFile() {
        return beside(".covalues.db");
    }

    public Path lockFile() {
        return socket.resolveSibling(socket.getFileName() + ".lock");
    }

    /// The relay's address without what may be secret in it.
    public String shownRelay() {
        int port = relay.getPort();
        String host = relay.getHost() == null ? "" : relay.getHost();
        String path = relay.getRawPath() == null ? "" : relay.getRawPath();
        return relay.getScheme() + "://" + host + (port < 0 ? "" : ":" + port) + path;
    }

    /// One value and where it comes from.
    private record Found(String source, @Nullable String text, @Nullable JsonNode json) {}

    private static final class Reader {
        private final Map<String, String> given;
        private final Map<String, String> environment;
        private final Path home;
        private final List<String> warnings = new ArrayList<>();
        private final Map<String, String> sources = new java.util.TreeMap<>();
        private Path path;
        private @Nullable ObjectNode file;

        Reader(Map<String, String> given, Map<String, String> environment) {
            this.given = given;
            this.environment = environment;
            home = SyncFiles.home(environment);
            path = home.resolve(".config/cmdai/sync-daemon.json");
        }

        SyncConfig read() throws ConfigException {
            readFile();
            Path socket = path(Key.SOCKET).orElse(home.resolve(".config/cmdai/sync.sock"));
            int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
            if (length > MAX_SOCKET_PATH) {
                throw new ConfigException(
                        sources.getOrDefault(Key.SOCKET.key, "default"),
                        Key.SOCKET.key,
                        "the path of a socket may have "
                                + MAX_SOCKET_PATH
                                + " bytes, this one has "
                                + length);
            }
            Path database = path(Key.CACHE).orElse(home.resolve(".cache/cmdai/sync.db"));
            boolean insecure = flag(Key.INSECURE);
            Optional<URI> relay = relay(insecure);
            return new SyncConfig(
                    relay.orElse(URI.create(DEFAULT_RELAY)),
                    relay.isPresent(),
                    socket,
                    database,
                    level(),
                    number(Key.CACHE_SIZE, 104_857_600, 1_048_576, 10_737_418_240L, false),
                    number(Key.INTERVAL, 5_000, 100, 3_600_000, false),
                    number(Key.TTL, 86_400_000, 100, 31_536_000_000L, true),
                    metrics(),
                    path(Key.LOG_FILE).orElse(home.resolve(".cache/cmdai/sync-daemon.log")),
                    path(Key.CA),
                    path,
                    warnings,
                    sources);
        }

        private void readFile() throws ConfigException {
            String source = "default";
            String named = given.get("--config");
            if (named != null) {
                source = "option --config";
            } else {
                named = set("CARO_SYNC_CONFIG");
                source = named == null ? source : "environment CARO_SYNC_CONFIG";
            }
            if (named != null) {
                path = absolute(source, "file", named);
            }
            if (!Files.exists(path)) {
                if (named != null) {
                    throw new ConfigException(source, path.toString(), "there is no such file");
                }
                return;
            }
            if (isOpen(path)) {
                throw new ConfigException(
                        path.toString(), "mode", "others may write the file; chmod go-w it");
            }
            file = parse();
            for (String key : file.propertyNames()) {
                if (Arrays.stream(Key.values()).noneMatch(known -> known.key.equals(key))) {
                    warnings.add(SyncFiles.shown(key));
                }
            }
        }

        private ObjectNode parse() throws ConfigException {
            try {
                if (Files.size(path) > MAX_FILE) {
                    throw new ConfigException(path.toString(), "file", "it is too large");
                }
                if (Codec.parse(Files.readAllBytes(path)) instanceof ObjectNode object) {
                    return object;
                }
                throw new ConfigException(path.toString(), "file", "it is not a JSON object");
            } catch (MalformedJson e) {
                throw new ConfigException(path.toString(), "file", "it is not JSON");
            } catch (IOException e) {
                throw new ConfigException(path.toString(), "file", "it cannot be read");
            }
        }

        private @Nullable String set(String variable) {
            String value = variable.isEmpty() ? null : environment.get(variable);
            return value == null || value.isEmpty() ? null : value;
        }

        private @Nullable Found find(Key key) {
            String option = given.get(key.option);
            Found found = null;
            if (option != null) {
                found = new Found("option " + key.option, option, null);
            } else if (set(key.variable) != null) {
                found = new Found("environment " + key.variable, set(key.variable), null);
            } else if (file != null && file.has(key.key)) {
                found = new Found(path.toString(), null, file.get(key.key));
            }
            sources.put(key.key, found == null ? "default" : found.source());
            return found;
        }

        private static ConfigException wrong(Found found, Key key, String reason) {
            return new ConfigException(found.source(), key.key, reason);
        }

        private static String text(Found found, Key key) throws ConfigException {
            if (found.text() != null) {
                return found.text();
            }
            JsonNode json = found.json();
            if (json != null && json.isString()) {
                return json.stringValue();
            }
            throw wrong(found, key, "expected a text");
        }

        private Optional<Path> path(Key key) throws ConfigException {
            Found found = find(key);
            return found == null
                    ? Optional.empty()
                    : Optional.of(absolute(found.source(), key.key, text(found, key)));
        }

        private Path absolute(String source, String key, String text) throws ConfigException {
            String expanded = text;
            if (text.equals("~") || text.startsWith("~/")) {
                expanded = home + text.substring(1);
            }
            try {
                Path found = Path.of(expanded);
                if (!found.isAbsolute() && !key.equals("file")) {
                    throw new ConfigException(source, key, "expected an absolute path");
                }
                return found.toAbsolutePath().normalize();
            } catch (InvalidPathException e) {
                throw new ConfigException(source, key, "this is no path");
            }
        }

        private boolean flag(Key key) throws ConfigException {
            Found found = find(key);
            if (found == null) {
                return false;
            }
            JsonNode json = found.json();
            if (json != null && json.isBoolean()) {
                return json.booleanValue();
            }
            throw wrong(found, key, "expected true or false");
        }

        private long number(Key key, long otherwise, long least, long most, boolean zero)
                throws ConfigException {
            Found found = find(key);
            if (found == null) {
                return otherwise;
            }
            JsonNode json = found.json();
            if (json == null || !json.isIntegralNumber() || !json.canConvertToLong()) {
                throw wrong(found, key, "expected a whole number");
            }
            long value = json.longValue();
            if ((value < least || value > most) && !(zero && value == 0)) {
                throw wrong(
                        found, key, "expected " + (zero ? "0, or " : "") + least + " to " + most);
            }
            return value;
        }

        private LogLevel level() throws ConfigException {
            Found found = find(Key.LOG_LEVEL);
            if (found == null) {
                return LogLevel.INFO;
            }
            String text = text(found, Key.LOG_LEVEL);
            for (LogLevel level : LogLevel.values()) {
                if (level.text().equals(text)) {
                    return level;
                }
            }
            throw wrong(found, Key.LOG_LEVEL, "expected trace, debug, info, warn or error");
        }

        private Optional<URI> relay(boolean insecure) throws ConfigException {
            Found found = find(Key.RELAY);
            if (found == null) {
                return Optional.empty();
            }
            URI relay;
            try {
                relay = new URI(text(found, Key.RELAY));
            } catch (URISyntaxException e) {
                throw wrong(found, Key.RELAY, "this is no address");
            }
            String scheme = String.valueOf(relay.getScheme()).toLowerCase(Locale.ROOT);
            if (relay.getHost() == null || !(scheme.equals("wss") || scheme.equals("ws"))) {
                throw wrong(found, Key.RELAY, "expected wss://host");
            }
            if (scheme.equals("ws")
                    && !insecure
                    && !LOOPBACK.contains(relay.getHost().toLowerCase(Locale.ROOT))) {
                throw wrong(
                        found,
                        Key.RELAY,
                        "ws:// is not encrypted and only allowed to this computer, unless"
                                + " allowInsecureRelay is true");
            }
            return Optional.of(relay);
        }

        private Optional<HostPort> metrics() throws ConfigException {
            Found found = find(Key.METRICS);
            if (found == null) {
                return Optional.empty();
            }
            String text = text(found, Key.METRICS);
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon);
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (LOOPBACK.contains(host.toLowerCase(Locale.ROOT))
                        && port >= 0
                        && port < 65_536) {
                    return Optional.of(new HostPort(host.replaceAll("[\\[\\]]", ""), port));
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw wrong(found, Key.METRICS, "expected a loopback address and a port");
        }
    }

    static boolean isOpen(Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            return mode.contains(PosixFilePermission.GROUP_WRITE)
                    || mode.contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
