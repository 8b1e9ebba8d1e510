package dev.roosthold.relay;

import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.cluster.Bus;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.ClusterKey;
import dev.roosthold.relay.cluster.Nodes;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.SessionKey;
import dev.roosthold.relay.presence.SharedLeases;
import dev.roosthold.relay.rpc.Rpc;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.store.PostgresStore;
import dev.roosthold.relay.store.SideConnection;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;

/// This relay as one of several: what it needs to find the others and to be found.
record Membership(Nodes nodes, Bus bus, Channels channels) implements AutoCloseable {

    /// Joins the others. They wait with starting until [Nodes#started] is called.
    ///
    /// @throws StoreException with a message for the operator
    static Membership open(ClusterConfig config, PostgresStore store, Path data) {
        SideConnection side = store.side();
        Nodes nodes = null;
        try {
            Nodes.starting(side);
            ClusterKey key = ClusterKey.open(new SecretFiles(data));
            nodes = Nodes.join(side, key);
            if (nodes.wasAlone()) {
                store.writeNow(
                        tx -> {
                            SharedLeases.clear(tx);
                            return true;
                        });
            }
            Bus bus = Bus.connect(config.nats(), key);
            return new Membership(nodes, bus, new Channels(bus, key));
        } catch (IOException | RuntimeException e) {
            if (nodes != null) {
                nodes.stop(false);
            }
            side.close();
            throw e instanceof StoreException reason
                    ? reason
                    : new StoreException(String.valueOf(e.getMessage()), e);
        }
    }

    SharedLeases<MachineKey> machines() {
        return new SharedLeases<>(
                channels,
                nodes.id(),
                "m",
                (account, id) -> new MachineKey(account, new MachineId(id)),
                MachineKey::account,
                key -> key.machine().value());
    }

    SharedLeases<SessionKey> sessions() {
        return new SharedLeases<>(
                channels,
                nodes.id(),
                "s",
                (account, id) -> new SessionKey(account, new SessionId(id)),
                SessionKey::account,
                key -> key.session().value());
    }

    Rpc.Cluster calls() {
        return new Rpc.Cluster(channels, nodes.id());
    }

    /// The start has failed: nothing was left behind.
    void leave() {
        nodes.stop(false);
        close();
    }

    @Override
    public void close() {
        bus.close();
        nodes.close();
    }
}
