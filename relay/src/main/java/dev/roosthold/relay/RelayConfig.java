package dev.roosthold.relay;

import dev.roosthold.relay.attachments.Attachments;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.auth.Auth;
import dev.roosthold.relay.auth.DeviceLifetime;
import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.jazz.JazzConfig;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.push.PushConfig;
import dev.roosthold.relay.rpc.RpcLimits;
import dev.roosthold.relay.socket.SocketGateway;
import dev.roosthold.relay.store.PostgresUrl;
import dev.roosthold.relay.updates.Updates;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;

/// Settings of a relay. Start from [#defaults()] and change single values with the `with` methods.
///
/// @param host address or name to listen on; default `127.0.0.1`
/// @param port default 3005; 0 picks a free one
/// @param dataDirectory where everything is kept; default `.roost` in the home directory. Created
///     when absent, readable by its owner only. One relay at a time
/// @param registration who may make an account; default [RegistrationPolicy#AUTO]
/// @param publicUrl the address under which others reach the relay, if there is one; default none
/// @param push how notifications leave; default [PushConfig#usual()]
/// @param metricsPort where metrics are served to this computer alone; 0 picks a free one; default
///     none, `roost up` takes 9090
/// @param limits how much clients may do; default [Limits#USUAL]
/// @param audit how much of the audit log is kept; default [Audit.Retention#USUAL]
/// @param front certificate, proxies, path, origins, limits at the door; default [Front#USUAL]
/// @param jazz the websocket for Jazz clients; default [JazzConfig#USUAL]
/// @param database where everything but files is kept; default a file in the data directory
/// @param cluster where other relays are that share the database and the data directory; default
///     none: this relay is alone
/// @param clock gives all times; default the system's
public record RelayConfig(
        String host,
        int port,
        Path dataDirectory,
        RegistrationPolicy registration,
        Optional<URI> publicUrl,
        PushConfig push,
        OptionalInt metricsPort,
        Limits limits,
        Audit.Retention audit,
        Front front,
        JazzConfig jazz,
        Optional<PostgresUrl> database,
        Optional<ClusterConfig> cluster,
        InstantSource clock) {

    /// Limits of a relay.
    ///
    /// @param auth calls of the open routes, for one address
    /// @param socketEvents events of one socket
    /// @param retention of the update log
    /// @param rpc calls between sockets
    /// @param attachmentBytes what all attachments of one account may take together; default 1 GiB
    /// @param devices when credentials end by themselves; default never
    public record Limits(
            Auth.Rates auth,
            Rate socketEvents,
            Updates.Retention retention,
            RpcLimits rpc,
            long attachmentBytes,
            DeviceLifetime devices) {
        public static final Limits USUAL =
                new Limits(
                        Auth.Rates.USUAL,
                        SocketGateway.USUAL_EVENT_RATE,
                        Updates.Retention.USUAL,
                        RpcLimits.USUAL,
                        Attachments.USUAL_QUOTA,
                        DeviceLifetime.UNLIMITED);

        public Limits withAuth(Auth.Rates value) {
            return new Limits(value, socketEvents, retention, rpc, attachmentBytes, devices);
        }

        public Limits withSocketEvents(Rate value) {
            return new Limits(auth, value, retention, rpc, attachmentBytes, devices);
        }

        public Limits withRetention(Updates.Retention value) {
            return new Limits(auth, socketEvents, value, rpc, attachmentBytes, devices);
        }

        public Limits withRpc(RpcLimits value) {
            return new Limits(auth, socketEvents, retention, value, attachmentBytes, devices);
        }

        public Limits withAttachmentBytes(long value) {
            return new Limits(auth, socketEvents, retention, rpc, value, devices);
        }

        public Limits withDevices(DeviceLifetime value) {
            return new Limits(auth, socketEvents, retention, rpc, attachmentBytes, value);
        }
    }

    public RelayConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " not in 0..65535");
        }
        if (metricsPort.orElse(0) < 0 || metricsPort.orElse(0) > 65_535) {
            throw new IllegalArgumentException("metrics port " + metricsPort + " not in 0..65535");
        }
        if (cluster.isPresent() && database.isEmpty()) {
            throw new IllegalArgumentException("several relays need a database that they share");
        }
    }

    public static RelayConfig defaults() {
        return new RelayConfig(
                "127.0.0.1",
                3005,
                Path.of(System.getProperty("user.home"), ".roost"),
                RegistrationPolicy.AUTO,
                Optional.empty(),
                PushConfig.usual(),
                OptionalInt.empty(),
                Limits.USUAL,
                Audit.Retention.USUAL,
                Front.USUAL,
                JazzConfig.USUAL,
                Optional.empty(),
                Optional.empty(),
                InstantSource.system());
    }

    public RelayConfig withHost(String value) {
        return new RelayConfig(
                value,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withPort(int value) {
        return new RelayConfig(
                host,
                value,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withDataDirectory(Path value) {
        return new RelayConfig(
                host,
                port,
                value,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withRegistration(RegistrationPolicy value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                value,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withPublicUrl(URI value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                Optional.of(value),
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withPush(PushConfig value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                value,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withMetricsPort(int value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                OptionalInt.of(value),
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withLimits(Limits value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                value,
                audit,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withAudit(Audit.Retention value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                value,
                front,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withFront(Front value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                value,
                jazz,
                database,
                cluster,
                clock);
    }

    public RelayConfig withJazz(JazzConfig value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                value,
                database,
                cluster,
                clock);
    }

    public RelayConfig withDatabase(PostgresUrl value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                Optional.of(value),
                cluster,
                clock);
    }

    public RelayConfig withCluster(ClusterConfig value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                Optional.of(value),
                clock);
    }

    public RelayConfig withClock(InstantSource value) {
        return new RelayConfig(
                host,
                port,
                dataDirectory,
                registration,
                publicUrl,
                push,
                metricsPort,
                limits,
                audit,
                front,
                jazz,
                database,
                cluster,
                value);
    }
}
