package dev.roosthold.sync.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Section16ConfigTest {
    @TempDir private Path home;

    private SyncConfig read(Map<String, String> options, Map<String, String> environment)
            throws ConfigException {
        var all = new HashMap<>(environment);
        all.put("HOME", home.toString());
        return SyncConfig.read(new SyncOptions(options, false), all);
    }

    private Path file(String json) throws Exception {
        Path file = home.resolve(".config/cmdai/sync-daemon.json");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, json);
    }

    @Test
    void defaults() throws Exception {
        SyncConfig config = read(Map.of(), Map.of());
        assertThat(config.relay()).hasToString("wss://mesh.jazz.tools");
        assertThat(config.relayConfigured()).isFalse();
        assertThat(config.socket()).isEqualTo(home.resolve(".config/cmdai/sync.sock"));
        assertThat(config.database()).isEqualTo(home.resolve(".cache/cmdai/sync.db"));
        assertThat(config.authKeyFile()).isEqualTo(home.resolve(".cache/cmdai/sync.authkey"));
        assertThat(config.logFile()).isEqualTo(home.resolve(".cache/cmdai/sync-daemon.log"));
        assertThat(config.logLevel()).isEqualTo(LogLevel.INFO);
        assertThat(config.cacheMaxSize()).isEqualTo(104_857_600);
        assertThat(config.syncIntervalMs()).isEqualTo(5000);
        assertThat(config.queueTtlMs()).isEqualTo(86_400_000);
        assertThat(config.metrics()).isEmpty();
    }

    @Test
    void theOptionGoesBeforeTheVariableBeforeTheFile() throws Exception {
        file("{\"logLevel\":\"warn\",\"relay\":\"wss://file.example\"}");
        Map<String, String> variables = Map.of("CARO_SYNC_LOG_LEVEL", "error");
        assertThat(read(Map.of(), Map.of()).logLevel()).isEqualTo(LogLevel.WARN);
        assertThat(read(Map.of(), variables).logLevel()).isEqualTo(LogLevel.ERROR);
        assertThat(read(Map.of("--log-level", "trace"), variables).logLevel())
                .isEqualTo(LogLevel.TRACE);
        assertThat(read(Map.of(), Map.of("CARO_SYNC_LOG_LEVEL", "")).logLevel())
                .isEqualTo(LogLevel.WARN);
        assertThat(read(Map.of(), variables).sources())
                .containsEntry("logLevel", "environment CARO_SYNC_LOG_LEVEL")
                .containsEntry("socketPath", "default");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json                              | file",
                "[]                                    | file",
                "{\"relay\":1}                         | relay",
                "{\"relay\":\"http://x\"}              | relay",
                "{\"relay\":\"ws://relay.example\"}    | relay",
                "{\"socketPath\":\"relative\"}         | socketPath",
                "{\"cachePath\":7}                     | cachePath",
                "{\"logLevel\":\"loud\"}               | logLevel",
                "{\"cacheMaxSize\":1048575}            | cacheMaxSize",
                "{\"cacheMaxSize\":10737418241}        | cacheMaxSize",
                "{\"syncIntervalMs\":99}               | syncIntervalMs",
                "{\"syncIntervalMs\":3600001}          | syncIntervalMs",
                "{\"syncIntervalMs\":\"5\"}            | syncIntervalMs",
                "{\"offlineQueueTtlMs\":99}            | offlineQueueTtlMs",
                "{\"offlineQueueTtlMs\":31536000001}   | offlineQueueTtlMs",
                "{\"offlineQueueTtlMs\":1.5}           | offlineQueueTtlMs",
                "{\"metricsListen\":\"0.0.0.0:9\"}     | metricsListen",
                "{\"metricsListen\":\"localhost\"}     | metricsListen",
                "{\"allowInsecureRelay\":\"yes\"}      | allowInsecureRelay",
            })
    void whatIsWrongIsNamedInOneLine(String json, String key) throws Exception {
        Path file = file(json);
        ConfigException failure =
                catchThrowableOfType(ConfigException.class, () -> read(Map.of(), Map.of()));
        assertThat(failure.getMessage()).startsWith(file + ": " + key + ": ").doesNotContain("\n");
    }

    @Test
    void boundsAreValid() throws Exception {
        file(
                "{\"cacheMaxSize\":1048576,\"syncIntervalMs\":100,\"offlineQueueTtlMs\":0,"
                        + "\"metricsListen\":\"[::1]:0\",\"relay\":\"ws://relay.example\","
                        + "\"allowInsecureRelay\":true}");
        SyncConfig config = read(Map.of(), Map.of());
        assertThat(config.queueTtlMs()).isZero();
        assertThat(config.metrics()).contains(new SyncConfig.HostPort("::1", 0));
        assertThat(read(Map.of("--relay", "ws://127.0.0.1:4"), Map.of()).relay().getPort())
                .isEqualTo(4);
    }

    @Test
    void anUnknownKeyIsWarnedOfOnce() throws Exception {
        file("{\"colour\":1}");
        assertThat(read(Map.of(), Map.of()).warnings()).containsExactly("colour");
    }

    @Test
    void aNamedFileHasToExist() {
        ConfigException failure =
                catchThrowableOfType(
                        ConfigException.class,
                        () -> read(Map.of(), Map.of("CARO_SYNC_CONFIG", home + "/none.json")));
        assertThat(failure.getMessage()).startsWith("environment CARO_SYNC_CONFIG: ");
    }

    @Test
    void aFileThatOthersMayWriteIsRefused() throws Exception {
        Path file = file("{}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(catchThrowableOfType(ConfigException.class, () -> read(Map.of(), Map.of())))
                .isNotNull();
    }

    @Test
    void aSocketPathThatIsTooLongIsToldWithItsLengthAndTheLimit() {
        String path = "/" + "x".repeat(107);
        ConfigException failure =
                catchThrowableOfType(
                        ConfigException.class, () -> read(Map.of("--socket", path), Map.of()));
        assertThat(failure.getMessage()).contains("107").contains("108");
    }

    @Test
    void theTildeIsTheHomeOfTheEnvironment() throws Exception {
        assertThat(read(Map.of("--socket", "~/s.sock"), Map.of()).socket())
                .isEqualTo(home.resolve("s.sock"));
    }
}
