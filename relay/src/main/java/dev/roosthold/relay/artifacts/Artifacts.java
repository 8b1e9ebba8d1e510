package dev.roosthold.relay.artifacts;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Versioned;
import dev.roosthold.protocol.artifacts.Artifact;
import dev.roosthold.protocol.artifacts.ArtifactSummary;
import dev.roosthold.protocol.artifacts.CurrentPart;
import dev.roosthold.protocol.updates.UpdateBody;
import dev.roosthold.relay.store.Lane;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Recipients;
import dev.roosthold.relay.updates.Updates;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The artifacts of all accounts. Thread-safe.
public final class Artifacts {
    private final Store store;
    private final Updates updates;

    public Artifacts(Store store, Updates updates) {
        this.store = store;
        this.updates = updates;
    }

    /// Finds or makes an artifact; only a new one is told about.
    Created create(ArtifactTable.Fresh fresh) {
        ArtifactKey key = fresh.key();
        return store.writeNow(
                new Lane(key.account().value()),
                tx -> {
                    boolean isNew = ArtifactTable.insert(tx, fresh);
                    Optional<Artifact> artifact =
                            isNew
                                    ? Optional.of(made(fresh, tx.nowMs()))
                                    : ArtifactTable.find(tx, key);
                    if (artifact.isEmpty()) {
                        return new Created.Foreign();
                    }
                    if (isNew) {
                        updates.append(
                                tx,
                                key.account(),
                                new Recipients.Users(),
                                newArtifact(artifact.get()));
                    }
                    return new Created.Found(artifact.get());
                });
    }

    Optional<Artifact> find(ArtifactKey key) {
        return store.readNow(sql -> ArtifactTable.find(sql, key));
    }

    boolean exists(ArtifactKey key) {
        return store.readNow(sql -> ArtifactTable.versions(sql, key)).isPresent();
    }

    /// Latest update first, without bodies, at most [ArtifactTable#MAX_LISTED].
    List<ArtifactSummary> list(AccountId account) {
        return store.readNow(sql -> ArtifactTable.list(sql, account));
    }

    /// Writes the given parts if each of them has the expected version. Without any part nothing
    /// happens and nobody is told.
    ArtifactWrite update(ArtifactKey key, @Nullable Edit header, @Nullable Edit body) {
        return store.writeNow(
                new Lane(key.account().value()),
                tx -> {
                    Optional<ArtifactTable.Versions> found = ArtifactTable.versions(tx, key);
                    if (found.isEmpty()) {
                        return new ArtifactWrite.Unknown();
                    }
                    int headerVersion = found.get().header();
                    int bodyVersion = found.get().body();
                    boolean headerDiffers = differs(header, headerVersion);
                    boolean bodyDiffers = differs(body, bodyVersion);
                    if (headerDiffers || bodyDiffers) {
                        return new ArtifactWrite.Mismatch(
                                headerDiffers
                                        ? new CurrentPart(
                                                headerVersion, ArtifactTable.header(tx, key))
                                        : null,
                                bodyDiffers
                                        ? new CurrentPart(bodyVersion, ArtifactTable.body(tx, key))
                                        : null);
                    }
                    var saved =
                            new ArtifactWrite.Saved(
                                    written(header, headerVersion), written(body, bodyVersion));
                    if (header != null || body != null) {
                        ArtifactTable.update(tx, key, content(header), content(body));
                        updates.append(
                                tx,
                                key.account(),
                                new Recipients.Users(),
                                new UpdateBody.UpdateArtifact(
                                        key.id(), saved.header(), saved.body()));
                    }
                    return saved;
                });
    }

    /// @return false when the account has no such artifact
    boolean delete(ArtifactKey key) {
        return store.writeNow(
                new Lane(key.account().value()),
                tx -> {
                    if (!ArtifactTable.delete(tx, key)) {
                        return false;
                    }
                    updates.append(
                            tx,
                            key.account(),
                            new Recipients.Users(),
                            new UpdateBody.DeleteArtifact(key.id()));
                    return true;
                });
    }

    private static boolean differs(@Nullable Edit edit, int version) {
        return edit != null && edit.expectedVersion() != version;
    }

    private static @Nullable Versioned written(@Nullable Edit edit, int version) {
        return edit == null ? null : new Versioned(edit.content().text(), version + 1);
    }

    private static @Nullable Ciphertext content(@Nullable Edit edit) {
        return edit == null ? null : edit.content();
    }

    private static Artifact made(ArtifactTable.Fresh fresh, long nowMs) {
        return new Artifact(
                fresh.key().id(),
                fresh.header().text(),
                1,
                fresh.body().text(),
                1,
                fresh.dataEncryptionKey().text(),
                0,
                nowMs,
                nowMs);
    }

    private static UpdateBody.NewArtifact newArtifact(Artifact artifact) {
        return new UpdateBody.NewArtifact(
                artifact.id(),
                artifact.seq(),
                artifact.header(),
                artifact.headerVersion(),
                artifact.body(),
                artifact.bodyVersion(),
                artifact.dataEncryptionKey(),
                artifact.createdAt(),
                artifact.updatedAt());
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return ArtifactTable.OF_ACCOUNT;
    }

    /// Takes all versions forward, so that none that was given out after a backup is given out
    /// again.
    public static void renumber(Transaction tx, long by) throws SQLException {
        ArtifactTable.renumber(tx, by);
    }
}
