package dev.roosthold.relay.connect;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.connect.VendorToken;
import dev.roosthold.relay.secrets.SecretFiles;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The vendor tokens of all accounts. Thread-safe.
public final class VendorTokens {
    private static final Logger LOG = LoggerFactory.getLogger(VendorTokens.class);

    private final Store store;
    private final TokenCipher cipher;

    public VendorTokens(Store store, SecretFiles secrets) {
        this.store = store;
        this.cipher = new TokenCipher(secrets);
    }

    /// Names of the vendors for which the account has stored a token, in alphabetical order.
    public List<String> vendors(AccountId account) {
        return store.readNow(sql -> VendorTokenTable.vendors(sql, account));
    }

    void save(AccountId account, Vendor vendor, String token) {
        // Before the transaction: the writer has other things to do.
        byte[] encrypted = cipher.encrypt(account, vendor, token);
        store.writeNow(
                tx -> {
                    VendorTokenTable.save(tx, account, vendor, encrypted);
                    return encrypted.length;
                });
    }

    Optional<String> token(AccountId account, Vendor vendor) {
        return store.readNow(sql -> VendorTokenTable.token(sql, account, vendor))
                .flatMap(encrypted -> open(account, vendor.wire(), encrypted));
    }

    List<VendorToken> all(AccountId account) {
        var tokens = new ArrayList<VendorToken>();
        for (var row : store.readNow(sql -> VendorTokenTable.all(sql, account))) {
            open(account, row.vendor(), row.token())
                    .ifPresent(token -> tokens.add(new VendorToken(row.vendor(), token)));
        }
        return tokens;
    }

    void delete(AccountId account, Vendor vendor) {
        store.writeNow(
                tx -> {
                    VendorTokenTable.delete(tx, account, vendor);
                    return true;
                });
    }

    private Optional<String> open(AccountId account, String vendor, byte[] encrypted) {
        Optional<String> token = cipher.decrypt(account, vendor, encrypted);
        if (token.isEmpty()) {
            LOG.warn("a stored {} token does not open with {}", vendor, TokenCipher.KEY_FILE);
        }
        return token;
    }

    /// What the tables of this feature hold of an account.
    public static List<OwnedRows> ofAccount() {
        return VendorTokenTable.OF_ACCOUNT;
    }
}
