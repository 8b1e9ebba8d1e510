package dev.roosthold.relay.push;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.caller.Caller;
import dev.roosthold.relay.secrets.SecretCipher;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.store.Sql;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The subscriptions of all accounts. What a browser shares with the relay alone is encrypted on
/// the disk. Thread-safe.
final class Browsers {
    static final String KEY_FILE = "browsers.key";
    static final int MAX_SUBSCRIPTIONS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(Browsers.class);

    private final Store store;
    private final SecretCipher cipher;

    Browsers(Store store, SecretFiles secrets) {
        this.store = store;
        this.cipher = new SecretCipher(secrets, KEY_FILE);
    }

    /// Stores a subscription; an older one of the same browser is replaced.
    ///
    /// A browser goes from one account to another when the person signs in anew there: it then
    /// brings the same secret. Who knows only its address takes it from nobody, and is not told
    /// that somebody has it.
    ///
    /// @return false when the caller's device was revoked meanwhile
    boolean save(Caller caller, Subscription subscription) {
        // Before the transaction: the writer has other things to do.
        byte[] sealed = seal(subscription.endpoint(), subscription.auth());
        return store.writeNow(
                tx -> {
                    if (belongsToAnother(tx, caller.account(), subscription)) {
                        return true;
                    }
                    boolean known =
                            PushTable.saveSubscription(
                                    tx,
                                    caller,
                                    subscription.endpoint(),
                                    subscription.key(),
                                    sealed);
                    PushTable.dropSubscriptions(
                            tx, caller.account(), subscription.endpoint(), MAX_SUBSCRIPTIONS);
                    return known;
                });
    }

    void delete(AccountId account, String endpoint) {
        store.writeNow(tx -> PushTable.deleteSubscription(tx, account, endpoint));
    }

    /// Latest registration first; without those whose secret does not open.
    List<Subscription> of(Sql sql, AccountId account) throws SQLException {
        var opened = new ArrayList<Subscription>();
        for (Subscription stored : PushTable.subscriptions(sql, account)) {
            Optional<byte[]> auth = open(stored.endpoint(), stored.auth());
            if (auth.isPresent()) {
                opened.add(
                        new Subscription(
                                stored.endpoint(), stored.key(), auth.get(), stored.updatedAt()));
            } else {
                LOG.warn("a browser's secret does not open with {}", KEY_FILE);
            }
        }
        return opened;
    }

    /// Encrypts what an older relay has left in clear.
    void sealOld() {
        List<Subscription> clear =
                store.readNow(sql -> PushTable.withAuthOf(sql, Subscription.AUTH_BYTES));
        if (clear.isEmpty()) {
            return;
        }
        store.writeNow(
                tx -> {
                    for (Subscription old : clear) {
                        PushTable.replaceAuth(
                                tx, old.endpoint(), old.auth(), seal(old.endpoint(), old.auth()));
                    }
                    return clear.size();
                });
    }

    private boolean belongsToAnother(Transaction tx, AccountId account, Subscription subscription)
            throws SQLException {
        Optional<PushTable.Owned> present = PushTable.owned(tx, subscription.endpoint());
        if (present.isEmpty() || present.get().account().equals(account)) {
            return false;
        }
        Subscription other = present.get().subscription();
        Optional<byte[]> auth = open(other.endpoint(), other.auth());
        // What does not open is of no use to whoever has it.
        return auth.isPresent()
                && !(Arrays.equals(other.key(), subscription.key())
                        && MessageDigest.isEqual(auth.get(), subscription.auth()));
    }

    private byte[] seal(String endpoint, byte[] auth) {
        return cipher.encrypt(context(endpoint), auth);
    }

    private Optional<byte[]> open(String endpoint, byte[] stored) {
        return cipher.decrypt(context(endpoint), stored);
    }

    private static byte[] context(String endpoint) {
        return endpoint.getBytes(StandardCharsets.UTF_8);
    }
}
