package dev.roosthold.relay;

import dev.roosthold.jazz.relay.RelayListener;
import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.accesskeys.AccessKeyEvents;
import dev.roosthold.relay.accesskeys.AccessKeyRoutes;
import dev.roosthold.relay.accesskeys.AccessKeys;
import dev.roosthold.relay.account.AccountRoutes;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.artifacts.ArtifactEvents;
import dev.roosthold.relay.artifacts.ArtifactRoutes;
import dev.roosthold.relay.artifacts.Artifacts;
import dev.roosthold.relay.assistants.AssistantRoutes;
import dev.roosthold.relay.assistants.Assistants;
import dev.roosthold.relay.attachments.AttachmentRoutes;
import dev.roosthold.relay.attachments.Attachments;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.AuditRoutes;
import dev.roosthold.relay.auth.Auth;
import dev.roosthold.relay.auth.DeviceActivity;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.auth.Registration;
import dev.roosthold.relay.backup.LastBackup;
import dev.roosthold.relay.catchup.ChangeRoutes;
import dev.roosthold.relay.catchup.LogRecovery;
import dev.roosthold.relay.cluster.Bus;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.cluster.Nodes;
import dev.roosthold.relay.cluster.SharedCounts;
import dev.roosthold.relay.cluster.SharedLimits;
import dev.roosthold.relay.connect.ConnectRoutes;
import dev.roosthold.relay.connect.GithubRoutes;
import dev.roosthold.relay.connect.VendorTokens;
import dev.roosthold.relay.description.DescriptionRoutes;
import dev.roosthold.relay.doctor.RunningRelay;
import dev.roosthold.relay.enrolment.EnrolmentRoutes;
import dev.roosthold.relay.http.HttpConfig;
import dev.roosthold.relay.http.HttpServer;
import dev.roosthold.relay.http.RequestListener;
import dev.roosthold.relay.http.RouteInfo;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.ids.Ids;
import dev.roosthold.relay.jazz.Doorkeeper;
import dev.roosthold.relay.jazz.Jazz;
import dev.roosthold.relay.jazz.JazzConfig;
import dev.roosthold.relay.jobs.JobRoutes;
import dev.roosthold.relay.jobs.Jobs;
import dev.roosthold.relay.kv.KeyValues;
import dev.roosthold.relay.kv.KvRoutes;
import dev.roosthold.relay.limits.LimitRegistry;
import dev.roosthold.relay.limits.LogBudget;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.machines.MachineEvents;
import dev.roosthold.relay.machines.MachineRoutes;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.messages.MessageEvents;
import dev.roosthold.relay.messages.MessageRoutes;
import dev.roosthold.relay.messages.Messages;
import dev.roosthold.relay.metrics.Metrics;
import dev.roosthold.relay.metrics.MetricsServer;
import dev.roosthold.relay.metrics.RpcMetrics;
import dev.roosthold.relay.metrics.Watched;
import dev.roosthold.relay.metrics.WatchedCluster;
import dev.roosthold.relay.operator.AccountDeletion;
import dev.roosthold.relay.operator.AccountSignOut;
import dev.roosthold.relay.operator.OperatorTasks;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.SessionKey;
import dev.roosthold.relay.push.Push;
import dev.roosthold.relay.rpc.Rpc;
import dev.roosthold.relay.rpc.RpcEvents;
import dev.roosthold.relay.secrets.SealKey;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.service.AppServiceRoutes;
import dev.roosthold.relay.sessions.ReachableSessions;
import dev.roosthold.relay.sessions.SessionEvents;
import dev.roosthold.relay.sessions.SessionRoutes;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.social.Social;
import dev.roosthold.relay.social.SocialRoutes;
import dev.roosthold.relay.socket.SocketGateway;
import dev.roosthold.relay.socket.SocketRoutes;
import dev.roosthold.relay.store.CommitListener;
import dev.roosthold.relay.store.DatabaseStore;
import dev.roosthold.relay.store.PostgresStore;
import dev.roosthold.relay.store.PostgresUrl;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.StoreConfig;
import dev.roosthold.relay.store.StoreException;
import dev.roosthold.relay.streams.StreamEvents;
import dev.roosthold.relay.updates.Lines;
import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.UpdateLog;
import dev.roosthold.relay.updates.Updates;
import dev.roosthold.relay.usage.UsageEvents;
import dev.roosthold.relay.usage.UsageReports;
import dev.roosthold.relay.usage.UsageRoutes;
import dev.roosthold.relay.watch.ProbeLog;
import dev.roosthold.relay.watch.Readiness;
import dev.roosthold.relay.watch.RefusalLog;
import dev.roosthold.relay.watch.SlowWriteLog;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.SocketIoConfig;
import dev.roosthold.socketio.SocketIoServer;
import dev.roosthold.socketio.engine.Surroundings;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// A running relay: REST, Socket.IO, the browser UI and the store, on one port. Thread-safe.
///
/// This class builds the whole graph and knows everything; everything else knows only its part.
public final class Relay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private static final LogBudget SOCKET_FAILURES = LogBudget.of(new Rate(20, 2));

    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final Duration RPC_SWEEP = Duration.ofMillis(250);
    private static final Duration FLUSH = Duration.ofSeconds(5);
    private static final Duration PRUNE = Duration.ofMinutes(1);
    private static final Duration TIDY = Duration.ofMinutes(10);
    private static final Duration DRAIN = Duration.ofMillis(500);

    /// Everything else that [#close()] waits for takes less than 4 seconds together, 2.5 of
    /// which are those of [HandOver].
    private static final Duration TELL_UNREADY = Duration.ofMillis(500);

    private static final Duration WRITE_PROBE = Duration.ofSeconds(2);

    private final RelayConfig config;
    private final DataDirectory directory;
    private final DatabaseStore store;
    private final SocketIoServer socketServer;
    private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
    private final Router router;
    private final Updates updates;
    private final Audit audit;
    private final DeviceActivity activity;
    private final Runnable endOldDevices;
    private final ProbeLog probes;
    private final SocketGateway gateway;
    private final Machines machines;
    private final Sessions sessions;
    private final Rpc rpc;
    private final Push push;
    private final Attachments attachments;
    private final Jazz jazz;
    private final Readiness readiness;
    private final HttpServer http;
    private final Optional<MetricsServer> metricsServer;
    private final Upkeep upkeep = new Upkeep();
    private final @Nullable Membership membership;
    private final @Nullable Lines lines;
    private boolean closed;

    /// Set right after the server listens; before that no request can have been seen.
    private volatile boolean listening;

    private Relay(
            RelayConfig config,
            DataDirectory directory,
            DatabaseStore store,
            @Nullable Membership membership,
            Optional<Metrics> metrics)
            throws IOException {
        this.config = config;
        this.directory = directory;
        this.store = store;
        this.membership = membership;
        Channels channels = membership == null ? null : membership.channels();
        boolean alone = membership == null || membership.nodes().wasAlone();
        var clock = config.clock();
        var ids = new Ids();
        var limits = config.limits();

        var log = new UpdateLog(Messages::newMessageJson);
        var secrets = new SecretFiles(config.dataDirectory());
        SealKey sealKey = SealKey.open(secrets, "recovery.key");
        socketServer =
                SocketIoServer.create(
                        socketConfig()
                                .withRecovery(
                                        new LogRecovery(
                                                store, log, sealKey, this::reach, blocking)));
        Namespace sockets = socketServer.namespace("/");
        router = new Router(sockets, channels);
        lines =
                channels == null
                        ? null
                        : new Lines(
                                store, log, router, channels, this::hasSockets, blocking, clock);
        updates = new Updates(router, lines, limits.retention());

        activity = new DeviceActivity(clock);
        var devices = new Devices(store, router, ids, activity, limits.devices(), clock);
        audit = new Audit(store, config.audit(), clock);
        var accounts = new Accounts(store, updates, ids);
        var social = new Social(store, updates, ids);
        var registration =
                new Registration(
                        store,
                        config.registration(),
                        isLocal(config),
                        this::sawForwardedHeader,
                        clock);
        var auth =
                new Auth(
                        store,
                        accounts,
                        devices,
                        registration,
                        limits.auth(),
                        Version.text(),
                        audit,
                        clock);
        machines =
                new Machines(
                        store,
                        updates,
                        router,
                        devices,
                        membership == null ? null : membership.machines(),
                        alone,
                        clock);
        var assistants = new Assistants(store, machines, router, clock);
        var jobs = new Jobs(store, router, clock);
        var machineEvents = new MachineEvents(machines);
        sessions =
                new Sessions(
                        store,
                        updates,
                        router,
                        ids,
                        membership == null ? null : membership.sessions(),
                        alone,
                        clock);
        var sessionEvents = new SessionEvents(sessions);
        var messages = new Messages(store, updates, ids, clock);
        var artifacts = new Artifacts(store, updates);
        var accessKeys = new AccessKeys(store);
        var keyValues = new KeyValues(store, updates);
        var usage = new UsageReports(store, router, ids);
        var vendorTokens = new VendorTokens(store, secrets);
        push = Push.open(config.push(), config.publicUrl(), secrets, store, router, ids, clock);

        gateway =
                new SocketGateway(
                        sockets,
                        devices,
                        lines == null
                                ? account -> store.readNow(sql -> Updates.lastSeq(sql, account))
                                : lines::follow,
                        sessions::mayConnect,
                        limits.socketEvents(),
                        config.front().limits().socketsPerAccount(),
                        blocking,
                        clock);
        var deviceSockets = new DeviceSockets(devices, activity, router);
        gateway.listen(deviceSockets);
        gateway.listen(machineEvents);
        gateway.listen(sessionEvents);
        gateway.listen(push.sockets());
        metrics.ifPresent(m -> gateway.listen(m.sockets()));
        var refusals = new RefusalLog();
        gateway.listen(refusals);
        probes = new ProbeLog(clock);
        gateway.listen(probes);
        machineEvents.register(gateway);
        sessionEvents.register(gateway);
        new MessageEvents(messages).register(gateway);
        new ArtifactEvents(artifacts).register(gateway);
        new AccessKeyEvents(accessKeys).register(gateway);
        new UsageEvents(usage).register(gateway);
        var reachable = new ReachableSessions(store, clock);
        RpcMetrics rpcMetrics = metrics.map(Metrics::rpc).orElse(RpcMetrics.NONE);
        rpc =
                new Rpc(
                        store,
                        machines,
                        reachable,
                        router,
                        limits.rpc(),
                        rpcMetrics,
                        audit,
                        membership == null ? null : membership.calls(),
                        clock);
        var rpcEvents = new RpcEvents(rpc, router);
        gateway.listen(rpcEvents);
        rpcEvents.register(gateway);
        var streams = new StreamEvents(reachable, router, clock);
        gateway.listen(streams);
        streams.register(gateway);

        attachments =
                Attachments.open(
                        store,
                        config.dataDirectory().resolve("attachments"),
                        limits.attachmentBytes());
        var attachmentRoutes =
                new AttachmentRoutes(
                        attachments, secrets, config.publicUrl(), devices::exists, clock);

        RequestListener requests =
                metrics.map(Metrics::requests)
                        .orElse(RequestListener.NONE)
                        .and(refusals)
                        .and(probes);
        // Its values are in files that one process writes.
        JazzConfig jazzConfig = membership == null ? config.jazz() : config.jazz().disabled();
        jazz =
                new Jazz(
                        config.dataDirectory(),
                        jazzConfig,
                        Doorkeeper.of(jazzConfig, devices),
                        Jazz.Limits.of(
                                Set.of("/jazz"),
                                config.front().limits().socketsPerAccount(),
                                config.front().limits().failuresPerAddress()),
                        requests,
                        metrics.map(Metrics::jazz).orElse(RelayListener.NONE),
                        (caller, from) -> activity.seen(caller.device(), from),
                        blocking,
                        clock);
        devices.onRevoked(jazz::closeDevice);

        var enrolments = new EnrolmentRoutes(store, machines, devices, router, audit, clock);
        readiness = new Readiness(store::failure, () -> store.writeFailure(WRITE_PROBE));
        http =
                HttpServer.start(
                        HttpConfig.on(new InetSocketAddress(config.host(), config.port()))
                                .withFront(config.front(), config.publicUrl(), clock),
                        routes -> {
                            Routes seen = new SeenRoutes(routes, activity);
                            auth.register(seen);
                            new AccountRoutes(accounts, social, vendorTokens::vendors, clock)
                                    .register(seen);
                            SocketRoutes.register(seen);
                            new MachineRoutes(machines).register(seen);
                            new SessionRoutes(sessions).register(seen);
                            new MessageRoutes(messages).register(seen);
                            new ArtifactRoutes(artifacts).register(seen);
                            new AccessKeyRoutes(accessKeys).register(seen);
                            new KvRoutes(keyValues).register(seen);
                            new UsageRoutes(usage).register(seen);
                            new ChangeRoutes(store, log, Sessions::isReachable).register(seen);
                            attachmentRoutes.register(seen);
                            new SocialRoutes(social).register(seen);
                            enrolments.register(seen);
                            new AssistantRoutes(assistants).register(seen);
                            new JobRoutes(jobs).register(seen);
                            new AuditRoutes(store).register(seen);
                            push.register(seen);
                            new ConnectRoutes(vendorTokens).register(seen);
                            new GithubRoutes(home(config)).register(seen);
                            new AppServiceRoutes().register(seen);
                            new DescriptionRoutes(Version.text(), config.publicUrl())
                                    .register(seen);
                        },
                        devices,
                        readiness,
                        requests,
                        () -> jazz.handler(socketServer.httpHandler()));
        listening = true;
        metrics.ifPresent(m -> m.watch(watched()));
        if (membership != null && lines != null) {
            WatchedCluster cluster = watched(membership, lines);
            metrics.ifPresent(m -> m.watchCluster(cluster));
        }
        metrics.ifPresent(m -> m.watchJazz(jazz::connections, jazz::bytes, jazz::lastCommitStored));
        metricsServer = metrics.flatMap(m -> serve(m, config.metricsPort().orElse(0)));

        for (Presence<?> presence : List.of(machines.presence(), sessions.presence())) {
            upkeep.every(SWEEP, presence::sweep);
            upkeep.every(FLUSH, presence::flush);
        }
        upkeep.every(RPC_SWEEP, rpc::sweep);
        endOldDevices =
                () -> {
                    // Every node notes its own, so that the one that ends old devices knows of all.
                    deviceSockets.noteOpen();
                    if (leads()) {
                        devices.endOld();
                    }
                };
        upkeep.every(FLUSH, () -> activity.flush(store));
        if (!limits.devices().isUnlimited()) {
            upkeep.every(FLUSH, () -> blocking.execute(endOldDevices));
        }
        upkeep.every(FLUSH, once(this::purge));
        upkeep.every(PRUNE, once(auth::prune));
        upkeep.every(PRUNE, audit::prune);
        upkeep.every(PRUNE, http::refreshCertificates);
        upkeep.every(PRUNE, once(() -> updates.prune(store)));
        var live =
                new LiveAccounts(devices, social, machines, sessions, attachments, jazz, blocking);
        var tasks =
                new OperatorTasks(
                        store,
                        new AccountDeletion(store, Operator.accountTables(), live, Operator.RECORD),
                        new AccountSignOut(store, live, Operator.RECORD));
        upkeep.every(SWEEP, once(() -> tasks.runOn(blocking)));
        if (alone) {
            attachments.tidyOn(blocking);
        }
        upkeep.every(TIDY, once(() -> attachments.tidyOn(blocking)));
        if (membership == null) {
            upkeep.every(TIDY, () -> blocking.execute(this::tidyJazz));
        } else {
            join(membership, devices, deviceSockets);
            var shared = new SharedLimits(membership.channels(), membership.nodes()::hasOthers);
            List<Consumer<LimitRegistry>> limited =
                    List.of(
                            http::share,
                            auth::share,
                            enrolments::share,
                            assistants::share,
                            jobs::share,
                            attachmentRoutes::share,
                            push::share);
            limited.forEach(feature -> feature.accept(shared));
            upkeep.every(SharedLimits.BEAT, shared::tell);
            countSocketsWith(membership);
        }
        announce();
    }

    /// The sockets of an account count at all nodes together. Few are not worth telling.
    private void countSocketsWith(Membership others) {
        int least = Math.max(1, config.front().limits().socketsPerAccount() / 10);
        var counts =
                new SharedCounts(
                        others.channels(),
                        "sockets",
                        others.nodes().id(),
                        () -> gateway.counts(least));
        gateway.countAlso(counts::elsewhere);
        upkeep.every(SharedCounts.BEAT, counts::tell);
    }

    /// What several relays need of each other all the time.
    private void join(Membership others, Devices devices, DeviceSockets deviceSockets) {
        var watch =
                new ClusterWatch(
                        others,
                        Objects.requireNonNull(lines),
                        devices,
                        deviceSockets,
                        machines,
                        sessions,
                        blocking);
        push.among(others.channels());
        others.nodes().whenSilent(rpc::nodeIsSilent, rpc::nodeIsBack);
        upkeep.every(Nodes.BEAT, () -> others.nodes().beatOn(blocking));
        upkeep.every(Lines.QUICK, watch::look);
        others.nodes().started();
        LOG.atInfo()
                .addKeyValue("node", others.nodes().id())
                .addKeyValue("first", others.nodes().wasAlone())
                .log("one of several relays; /jazz is not served");
    }

    /// A task that one of all nodes does.
    private Runnable once(Runnable task) {
        return () -> {
            if (leads()) {
                task.run();
            }
        };
    }

    private boolean leads() {
        return membership == null || membership.nodes().leads();
    }

    private boolean hasSockets(AccountId account) {
        return gateway.isConnected(account);
    }

    private void reach(AccountId account, long seq) {
        if (lines != null) {
            lines.reach(account, seq);
        }
    }

    /// Starts a relay; it serves when this returns.
    ///
    /// @throws IOException when the directory or the address cannot be used
    /// @throws dev.roosthold.relay.store.StoreException when the database cannot be used; both with
    ///     a message for the operator
    public static Relay start(RelayConfig config) throws IOException {
        long begunNanos = System.nanoTime();
        DataDirectory directory =
                config.cluster().isPresent()
                        ? DataDirectory.share(config.dataDirectory())
                        : DataDirectory.open(config.dataDirectory());
        DatabaseStore store = null;
        Membership membership = null;
        try {
            Optional<Metrics> metrics =
                    config.metricsPort().isPresent()
                            ? Optional.of(new Metrics())
                            : Optional.empty();
            store =
                    openStore(
                            config,
                            storeConfig(config)
                                    .withCommits(
                                            metrics.map(Metrics::commits)
                                                    .orElse(CommitListener.NONE)
                                                    .and(new SlowWriteLog())));
            if (config.cluster().isPresent() && store instanceof PostgresStore shared) {
                membership =
                        Membership.open(config.cluster().get(), shared, config.dataDirectory());
            }
            var relay = new Relay(config, directory, store, membership, metrics);
            relay.logStart(System.nanoTime() - begunNanos);
            return relay;
        } catch (IOException | RuntimeException e) {
            if (membership != null) {
                membership.leave();
            }
            if (store != null) {
                store.close();
            }
            directory.close();
            throw e;
        }
    }

    /// Opens the database of a relay beside it or without it, for commands such as making an
    /// invite. Close it afterwards.
    public static Store openStore(RelayConfig config) {
        return config.database().isPresent()
                ? PostgresStore.openBeside(storeConfig(config), config.database().get())
                : SqliteStore.open(storeConfig(config));
    }

    /// Whether a relay was started with this directory before.
    public static boolean hasStore(RelayConfig config) {
        return config.database().isPresent()
                || Files.exists(DataDirectory.database(config.dataDirectory()));
    }

    public int port() {
        return http.port();
    }

    /// Where metrics are served; empty when they are off or their port was taken.
    public OptionalInt metricsPort() {
        return metricsServer
                .map(server -> OptionalInt.of(server.port()))
                .orElse(OptionalInt.empty());
    }

    /// Where a program on this computer reaches the relay.
    public URI address() {
        String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
        String scheme = config.front().tls().isPresent() ? "https://" : "http://";
        return URI.create(scheme + host + ":" + port());
    }

    /// Stops within 5 seconds: accepts nothing more, ends all sockets by closing their transports
    /// so that clients come back by themselves, writes what was debounced, finishes the open group
    /// of writes. Repeated calls do nothing.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        long begunNanos = System.nanoTime();
        LOG.info("stopping");
        readiness.stop(TELL_UNREADY);
        upkeep.close();
        metricsServer.ifPresent(MetricsServer::close);
        http.stopAccepting();
        boolean handsOver = membership != null && membership.nodes().hasOthers();
        for (Presence<?> presence : List.of(machines.presence(), sessions.presence())) {
            if (handsOver) {
                presence.leave();
            } else {
                presence.stop();
            }
        }
        if (handsOver) {
            new HandOver(router, rpc).run();
        }
        drainSockets();
        jazz.close();
        activity.flush(store);
        push.close();
        http.close();
        blocking.shutdown();
        if (membership != null) {
            membership.nodes().stop(handsOver);
            membership.close();
        }
        store.close();
        directory.close();
        LOG.atInfo().addKeyValue("ms", (System.nanoTime() - begunNanos) / 1_000_000).log("stopped");
    }

    private void logStart(long nanos) {
        LOG.atInfo()
                .addKeyValue("address", address())
                .addKeyValue("version", Version.text())
                .addKeyValue("data", config.dataDirectory())
                .addKeyValue("metrics_port", metricsPort().orElse(0))
                .addKeyValue("ms", nanos / 1_000_000)
                .log("started");
    }

    private Watched watched() {
        return new Watched(
                store,
                config.clock(),
                Version.text(),
                readiness::lastKnown,
                updates::appended,
                updates::dropped,
                probes::noted,
                () -> LastBackup.secondsOf(config.dataDirectory()),
                machines.presence()::size,
                sessions.presence()::size);
    }

    private WatchedCluster watched(Membership others, Lines lines) {
        Bus bus = others.bus();
        Nodes nodes = others.nodes();
        return new WatchedCluster(
                bus::isConnected,
                bus::lost,
                bus::dropped,
                lines::told,
                lines::heard,
                lines::found,
                rpc::sentAcross,
                rpc::takenAcross,
                nodes::alive,
                nodes::buried,
                nodes::leads,
                nodes::sinceBeat);
    }

    /// Worth a warning, not a relay.
    private void announce() {
        try {
            directory.announce(description());
        } catch (IOException e) {
            LOG.warn("commands beside this relay will not find it: {}", e.getMessage());
        }
    }

    private RunningRelay description() {
        return new RunningRelay(
                ProcessHandle.current().pid(),
                address().toString(),
                metricsPort()
                        .orElse(
                                config.metricsPort().isPresent()
                                        ? RunningRelay.TAKEN
                                        : RunningRelay.OFF),
                config.front()
                        .tls()
                        .map(files -> files.certificate().toAbsolutePath().toString())
                        .orElse(null),
                config.publicUrl().map(URI::toString).orElse(null),
                config.registration().name().toLowerCase(Locale.ROOT),
                Version.text(),
                config.clock().millis());
    }

    /// Every route, in the order of registration.
    List<RouteInfo> routes() {
        return http.routes();
    }

    /// The names of all socket events that are handled.
    Set<String> events() {
        return gateway.events();
    }

    /// Takes changed TLS files for new connections; the relay does it by itself every minute.
    void refreshCertificates() {
        http.refreshCertificates();
    }

    Presence<MachineKey> presence() {
        return machines.presence();
    }

    Updates updates() {
        return updates;
    }

    Audit audit() {
        return audit;
    }

    Rpc rpc() {
        return rpc;
    }

    Jazz jazz() {
        return jazz;
    }

    Attachments attachments() {
        return attachments;
    }

    Presence<SessionKey> sessionPresence() {
        return sessions.presence();
    }

    /// Ends the devices whose time is over; a relay with such limits does it by itself.
    void endOldDevices() {
        endOldDevices.run();
    }

    /// Deletes what stayed behind of deleted sessions; returns at once.
    void purge() {
        sessions.purge(Messages::deleteSome);
    }

    Store store() {
        return store;
    }

    /// Metrics are worth a warning, not a relay: a second one on this computer finds the port
    /// taken.
    private static Optional<MetricsServer> serve(Metrics metrics, int port) {
        try {
            return Optional.of(MetricsServer.start(metrics, port));
        } catch (IOException e) {
            LOG.warn(
                    "metrics are not served: {}; --metrics-port chooses another port",
                    e.getMessage());
            return Optional.empty();
        }
    }

    /// A deletion may have been cut short.
    private void tidyJazz() {
        jazz.tidy(account -> store.readNow(sql -> Accounts.exists(sql, account)));
    }

    private void drainSockets() {
        try {
            socketServer.drain().toCompletableFuture().get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.info("some sockets did not take what was queued for them in time");
        } catch (ExecutionException e) {
            LOG.warn("closing the sockets failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean sawForwardedHeader() {
        return listening && http.sawForwardedHeader();
    }

    /// What the sockets' server and the HTTP server around it know of each other.
    private static final class Door implements Surroundings {
        @Override
        public SocketAddress clientAddress(Channel channel) {
            return HttpServer.client(channel);
        }

        @Override
        public void admitted(Channel channel) {
            HttpServer.known(channel);
        }
    }

    private SocketIoConfig socketConfig() {
        return SocketIoConfig.defaults()
                .withPath("/v1/updates")
                .withPingInterval(Duration.ofSeconds(15))
                .withPingTimeout(Duration.ofSeconds(45))
                .withUpgradeTimeout(Duration.ofSeconds(10))
                .withConnectTimeout(Duration.ofSeconds(20))
                .withMaxPayload(16 << 20)
                .withOutboundBudget(8L << 20)
                .withKeptHeaders(Set.copyOf(SocketGateway.HEADERS))
                .withAllowedOrigin("*")
                .withSurroundings(new Door())
                .withHandlerExecutor(blocking)
                .withErrorListener(Relay::socketFailed)
                .withMapper(Codec.mapper());
    }

    /// A mistake in our own code or a database that is away, never the doing of a client.
    private static void socketFailed(String place, Throwable cause) {
        boolean store = isOfStore(cause);
        SOCKET_FAILURES
                .tryTake()
                .ifPresent(
                        withheld ->
                                LOG.atLevel(store ? Level.WARN : Level.ERROR)
                                        .addKeyValue("place", place)
                                        .addKeyValue("withheld", withheld)
                                        .setCause(cause)
                                        .log(
                                                store
                                                        ? "a socket was not served"
                                                        : "socket handling failed"));
    }

    private static boolean isOfStore(@Nullable Throwable cause) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (one instanceof StoreException) {
                return true;
            }
        }
        return false;
    }

    private static DatabaseStore openStore(RelayConfig config, StoreConfig settings) {
        if (config.database().isEmpty()) {
            return SqliteStore.open(settings);
        }
        PostgresUrl url = config.database().get();
        return config.cluster().isPresent()
                ? PostgresStore.openAmongNodes(settings, url)
                : PostgresStore.open(settings, url);
    }

    private static StoreConfig storeConfig(RelayConfig config) {
        Path file = DataDirectory.database(config.dataDirectory());
        return StoreConfig.of(file).withClock(config.clock());
    }

    /// The page, as far as it is known where that is.
    private static Optional<URI> home(RelayConfig config) {
        String basePath = config.front().basePath();
        return config.publicUrl()
                .or(
                        () ->
                                basePath.isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(URI.create(basePath + "/")));
    }

    private static boolean isLocal(RelayConfig config) throws UnknownHostException {
        return config.publicUrl().isEmpty()
                && config.front().trustedProxies().isEmpty()
                && InetAddress.getByName(config.host()).isLoopbackAddress();
    }
}
