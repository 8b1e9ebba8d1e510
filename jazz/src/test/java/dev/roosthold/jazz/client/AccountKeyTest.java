package dev.roosthold.jazz.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.account.Passphrase;
import dev.roosthold.jazz.account.WrongAccountException;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.ValueType;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AccountKeyTest {
    @Test
    void theIdOfAnAccountAndOfItsNamedValuesFollowsFromTheSecret() {
        byte[] seed =
                HexFormat.of()
                        .parseHex(
                                "cca92326fd74634d1782ededaa9c5f4c005da914a3d728f97bddf3a3f887de18");
        CoId account = new CoId("co_zUyxyzqm7a4F6vD67Bh1nzEqstd");
        AccountKey key = AccountKey.ofSeed(seed).of(account);
        assertThat(Jazz.uniqueId(ValueType.MAP, key.accountId(), "caro-sync-root-v1").text())
                .isEqualTo("co_z3f3hFDUdpVPmw1km3BK239P5tX");
    }

    @Test
    void aSecretOfAnotherAccountIsRefused() {
        AccountKey mine = AccountKey.random(new SecureRandom());
        AccountKey other = AccountKey.random(new SecureRandom());
        assertThatThrownBy(() -> mine.of(other.accountId()))
                .isInstanceOf(WrongAccountException.class)
                .hasMessageNotContaining(mine.identity().secret().reveal());
        assertThat(mine.of(mine.accountId())).isSameAs(mine);
    }

    @Test
    void the24WordsAreTheSecret() {
        AccountKey key = AccountKey.random(new SecureRandom());
        String words = key.passphrase();
        assertThat(words.split(" ")).hasSize(24);
        assertThat(AccountKey.ofPassphrase(words).accountId()).isEqualTo(key.accountId());
        assertThat(
                        AccountKey.ofPassphrase(
                                        "  " + words.toUpperCase(Locale.ROOT).replace(" ", " \n "))
                                .accountId())
                .isEqualTo(key.accountId());
        assertThat(AccountKey.ofAccountSecret(key.identity().secret().reveal()).accountId())
                .isEqualTo(key.accountId());
    }

    @Test
    void theWordsOfZeroAndOfOnesAreThePublishedOnes() {
        assertThat(Passphrase.of(new byte[32])).isEqualTo(repeat("abandon", 23) + " art");
        byte[] ones = new byte[32];
        java.util.Arrays.fill(ones, (byte) 0xff);
        assertThat(Passphrase.of(ones)).isEqualTo(repeat("zoo", 23) + " vote");
    }

    @Test
    void wrongWordsAreRefusedWithOneMessage() {
        String good = repeat("abandon", 23) + " art";
        for (String bad :
                Stream.of(
                                "",
                                repeat("abandon", 24),
                                repeat("abandon", 11) + " about",
                                good.replace("art", "artt"),
                                good + " art",
                                good.replaceFirst("abandon", "ability"))
                        .toList()) {
            assertThatThrownBy(() -> Passphrase.secret(bad))
                    .isInstanceOf(FormatException.class)
                    .hasMessage("recovery phrase is not valid");
        }
    }

    private static String repeat(String word, int times) {
        return Stream.generate(() -> word).limit(times).collect(Collectors.joining(" "));
    }
}
