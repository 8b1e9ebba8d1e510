package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class ClosedKeyTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void closedKeyIsOverwrittenAndRefusesEveryUse() {
        SymmetricKey key = SymmetricKey.random(RANDOM);
        byte[] inside = key.shared();
        SymmetricKey same = new SymmetricKey(key.bytes());
        DataKeyCipher cipher = new DataKeyCipher(key, RANDOM);
        byte[] record = cipher.seal(new byte[3]);

        key.close();
        key.close();

        assertThat(inside).containsOnly(0);
        assertThatThrownBy(key::bytes).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> cipher.seal(new byte[3]))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> cipher.open(record)).isInstanceOf(IllegalStateException.class);
        assertThat(key).isNotEqualTo(same).isNotEqualTo(new SymmetricKey(new byte[32]));
        assertThat(new SymmetricKey(new byte[32])).isNotEqualTo(key);
        assertThat(key).hasToString("Secret[redacted]");
    }

    @Test
    void closingTheKeysOfAnAccountLeavesItsMasterSecretAlone() {
        MasterSecret master = MasterSecret.random(RANDOM);
        AccountKeys keys = AccountKeys.of(master);
        String id = keys.anonymousId();
        keys.close();
        assertThatThrownBy(() -> keys.contentSecretKey().bytes())
                .isInstanceOf(IllegalStateException.class);
        assertThat(keys.contentPublicKey().bytes()).isNotEmpty();
        assertThat(AccountKeys.of(master).anonymousId()).isEqualTo(id);
    }

    @Test
    void derivedKeyOutlivesTheNodesAboveIt() {
        MasterSecret master = MasterSecret.random(RANDOM);
        SymmetricKey derived = KeyTree.derive(master, "u", "a", "b");
        try (KeyTree root = KeyTree.root(master, "u");
                KeyTree a = root.child("a");
                KeyTree b = a.child("b")) {
            assertThat(derived).isEqualTo(b.key());
        }
        assertThat(derived.bytes()).hasSize(32);
        assertThat(KeyTree.derive(master, "u").bytes()).hasSize(32);
    }
}
