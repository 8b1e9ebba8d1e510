package dev.roosthold.jazz;

import static dev.roosthold.jazz.Vectors.hex;
import static dev.roosthold.jazz.Vectors.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.crypto.Blake3;
import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.crypto.Nonce;
import dev.roosthold.jazz.crypto.ReadCipher;
import dev.roosthold.jazz.crypto.ReadKey;
import dev.roosthold.jazz.crypto.SealerSecret;
import dev.roosthold.jazz.crypto.Sealing;
import dev.roosthold.jazz.crypto.SignerSecret;
import dev.roosthold.jazz.crypto.Verifier;
import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.Base64Url;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.encoding.Utf8Buffer;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.ids.SignerId;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every vector of the byte formats.
final class FormatVectorsTest {
    @TestFactory
    Stream<DynamicTest> stableJson() {
        return Vectors.each(
                Vectors.file("encodings"),
                "stableStringify",
                vector -> {
                    String stable = JsonText.stable(Json.parse(text(vector, "inputJson")));
                    assertThat(stable).isEqualTo(text(vector, "output"));
                    assertThat(hex(stable.getBytes(StandardCharsets.UTF_8)))
                            .isEqualTo(text(vector, "outputUtf8Hex"));
                });
    }

    @TestFactory
    Stream<DynamicTest> base58() {
        return Vectors.each(
                Vectors.file("encodings"),
                "base58",
                vector -> {
                    byte[] bytes = hex(text(vector, "hex"));
                    assertThat(Base58.encode(bytes)).isEqualTo(text(vector, "base58"));
                    assertThat(Base58.decode(text(vector, "base58"))).isEqualTo(bytes);
                });
    }

    @TestFactory
    Stream<DynamicTest> base64url() {
        return Vectors.each(
                Vectors.file("encodings"),
                "base64url",
                vector -> {
                    byte[] bytes = hex(text(vector, "hex"));
                    assertThat(Base64Url.encode(bytes)).isEqualTo(text(vector, "padded"));
                    assertThat(Base64Url.decode(text(vector, "padded"))).isEqualTo(bytes);
                });
    }

    @TestFactory
    Stream<DynamicTest> blake3() {
        return Vectors.each(
                Vectors.file("hashes"),
                "blake3",
                vector -> {
                    String input =
                            vector.text("utf8") != null
                                    ? text(vector, "utf8")
                                    : text(vector, "repeat").repeat(number(vector, "count"));
                    byte[] hash = Blake3.hash(input.getBytes(StandardCharsets.UTF_8));
                    assertThat(hex(hash)).isEqualTo(text(vector, "hash32hex"));
                });
    }

    @TestFactory
    Stream<DynamicTest> blake3WithContext() {
        return Vectors.each(
                Vectors.file("hashes"),
                "blake3WithContext",
                vector ->
                        assertThat(
                                        hex(
                                                Blake3.hash(
                                                        text(vector, "context"),
                                                        hex(text(vector, "dataHex")))))
                                .isEqualTo(text(vector, "hash32hex")));
    }

    @TestFactory
    Stream<DynamicTest> nonces() {
        return Vectors.each(
                Vectors.file("hashes"),
                "nonce24",
                vector -> {
                    Json material = vector.members().get("material");
                    assertThat(JsonText.stable(material)).isEqualTo(text(vector, "stable"));
                    assertThat(hex(nonce(material).bytes())).isEqualTo(text(vector, "nonceHex"));
                });
    }

    @TestFactory
    Stream<DynamicTest> shortHashes() {
        return Vectors.each(
                Vectors.file("hashes"),
                "shortHash",
                vector -> {
                    Json value = vector.members().get("value");
                    assertThat(JsonText.stable(value)).isEqualTo(text(vector, "stable"));
                    assertThat(Blake3.shortHash(value)).isEqualTo(text(vector, "shortHash"));
                    assertThat(Blake3.secureHash(value)).isEqualTo(text(vector, "secureHash"));
                });
    }

    @TestFactory
    Stream<DynamicTest> agents() {
        return Vectors.each(
                Vectors.file("keys"),
                "agents",
                vector -> {
                    var secret = AgentSecret.ofSeed(hex(text(vector, "secretSeedHex")));
                    assertThat(secret.reveal()).isEqualTo(text(vector, "agentSecret"));
                    assertThat(AgentSecret.of(text(vector, "agentSecret"))).isEqualTo(secret);
                    assertThat(secret.id().text()).isEqualTo(text(vector, "agentID"));
                    assertThat(secret.id().signer().text()).isEqualTo(text(vector, "signerID"));
                    assertThat(secret.id().sealer().text()).isEqualTo(text(vector, "sealerID"));
                    Header header = Header.ofAccount(secret.id());
                    assertThat(header.stable()).isEqualTo(text(vector, "accountHeaderStable"));
                    assertThat(header.id().text()).isEqualTo(text(vector, "accountID"));
                    assertThat(header.isAccount()).isTrue();
                    assertThat(secret.toString()).doesNotContain("_z");
                });
    }

    @TestFactory
    Stream<DynamicTest> groupSealers() {
        return Vectors.each(
                Vectors.file("keys"),
                "groupSealer",
                vector -> {
                    var sealer = SealerSecret.ofGroup(KeySecret.of(text(vector, "readKeySecret")));
                    assertThat(sealer.reveal()).isEqualTo(text(vector, "sealerSecret"));
                    assertThat(sealer.id().text()).isEqualTo(text(vector, "sealerID"));
                });
    }

    @TestFactory
    Stream<DynamicTest> headers() {
        return Vectors.each(
                Vectors.file("headers"),
                "cases",
                vector -> {
                    Header header = Header.of(vector.members().get("header"));
                    assertThat(header.stable()).isEqualTo(text(vector, "stable"));
                    assertThat(header.id().text()).isEqualTo(text(vector, "id"));
                });
    }

    @TestFactory
    Stream<DynamicTest> signatures() {
        var file = Vectors.file("sign");
        Vectors.Check check =
                vector -> {
                    byte[] message = text(vector, "signedUtf8").getBytes(StandardCharsets.UTF_8);
                    assertThat(JsonText.stable(vector.members().get("message")))
                            .isEqualTo(text(vector, "signedUtf8"));
                    var verifier = new Verifier(SignerId.of(text(vector, "signerID")));
                    boolean good = Json.of(true).equals(vector.get("verifies"));
                    assertThat(verifier.verifies(new Signature(text(vector, "signature")), message))
                            .isEqualTo(good);
                    if (good) {
                        var secret = SignerSecret.of(text(vector, "signerSecret"));
                        assertThat(secret.id().text()).isEqualTo(text(vector, "signerID"));
                        assertThat(secret.sign(message).text())
                                .isEqualTo(text(vector, "signature"));
                    }
                };
        return Stream.concat(
                Vectors.each(file, "cases", check), Vectors.each(file, "negative", check));
    }

    @TestFactory
    Stream<DynamicTest> seals() {
        return Vectors.each(
                Vectors.file("seal"),
                "cases",
                vector -> {
                    var from = SealerSecret.of(text(vector, "fromSealerSecret"));
                    var to = SealerSecret.of(text(vector, "toSealerSecret"));
                    assertThat(from.id().text()).isEqualTo(text(vector, "fromSealerID"));
                    assertThat(to.id().text()).isEqualTo(text(vector, "toSealerID"));
                    Json message = vector.members().get("message");
                    Nonce nonce = nonce(vector.members().get("nonceMaterial"));
                    assertThat(JsonText.stable(message)).isEqualTo(text(vector, "plaintextUtf8"));
                    assertThat(Sealing.seal(message, from, to.id(), nonce))
                            .isEqualTo(text(vector, "sealed"));
                    assertThat(Sealing.open(text(vector, "sealed"), to, from.id(), nonce))
                            .isEqualTo(vector.members().get("unsealed"));
                });
    }

    @TestFactory
    Stream<DynamicTest> anonymousSeals() {
        return Vectors.each(
                Vectors.file("seal"),
                "anonymousBox",
                vector -> {
                    var to = SealerSecret.of(text(vector, "toSealerSecret"));
                    Nonce nonce = nonce(vector.members().get("nonceMaterial"));
                    assertThat(to.id().text()).isEqualTo(text(vector, "toSealerID"));
                    assertThat(Sealing.openForGroup(text(vector, "sealedForGroup"), to, nonce))
                            .isEqualTo(vector.members().get("unsealed"));
                });
    }

    @TestFactory
    Stream<DynamicTest> encryptedValues() {
        return Vectors.each(
                Vectors.file("encrypt"),
                "values",
                vector -> {
                    var key = KeySecret.of(text(vector, "keySecret"));
                    Nonce nonce = nonce(vector.members().get("nonceMaterial"));
                    String plain = JsonText.stable(vector.members().get("value"));
                    assertThat(plain).isEqualTo(text(vector, "plaintextUtf8"));
                    assertThat(ReadCipher.encrypt(plain, key, nonce))
                            .isEqualTo(text(vector, "encrypted"));
                    assertThat(
                                    Json.parse(
                                            ReadCipher.decrypt(
                                                    text(vector, "encrypted"), key, nonce)))
                            .isEqualTo(vector.members().get("decrypted"));
                });
    }

    @Test
    void keyUnderKey() {
        Json.Obj vector = Vectors.object(Vectors.file("encrypt"), "keyRevelation");
        ReadKey key = readKey(Vectors.object(vector, "toEncrypt"));
        ReadKey under = readKey(Vectors.object(vector, "encrypting"));
        String encrypted = text(Vectors.object(vector, "result"), "encrypted");

        assertThat(ReadCipher.encrypt(key, under)).isEqualTo(encrypted);
        assertThat(ReadCipher.decrypt(encrypted, under.secret(), Nonce.of(key.id(), under.id())))
                .isEqualTo('"' + text(vector, "decrypted") + '"');
    }

    @Test
    void sessionLogStepByStep() {
        Json.Obj file = Vectors.file("session-log");
        Header header = Header.of(file.members().get("header"));
        assertThat(header.id().text()).isEqualTo(text(file, "coValueID"));
        var session = SessionId.of(text(file, "sessionID"));
        var signer = SignerSecret.of(text(file, "signerSecret"));
        ReadKey key = readKey(Vectors.object(file, "key"));
        var written = new SessionLog(session);
        var received = new SessionLog(session);
        var verifier = new Verifier(SignerId.of(text(file, "signerID")));
        var all = new ArrayList<Transaction>();

        for (Json.Obj step : Vectors.list(file, "steps")) {
            int index = number(step, "txIndex");
            Nonce nonce = Nonce.of(header.id(), new TransactionId(session, index));
            assertThat(hex(nonce.bytes())).isEqualTo(text(step, "nonceHex"));
            Json.Obj json = Vectors.object(step, "transaction");
            Transaction transaction = transaction(step, json, key, nonce);

            var canonical = new Utf8Buffer();
            transaction.canonical(canonical);
            assertThat(new String(canonical.toByteArray(), StandardCharsets.UTF_8))
                    .isEqualTo(text(step, "canonicalUtf8"));
            all.add(transaction);
            written.append(List.of(transaction), signer);
            assertThat(written.runningHash()).isEqualTo(text(step, "runningHash"));
            assertThat(written.signature()).hasToString(text(step, "signature"));

            var piece = new SessionContent(0, all, new Signature(text(step, "signature")));
            var batch = received.prepare(piece);
            assertThat(batch).isNotNull();
            assertThat(batch.verify(verifier)).isTrue();
            received.commit(batch);
            assertThat(received.runningHash()).isEqualTo(text(step, "runningHash"));
        }
        assertThat(received.count()).isEqualTo(6);
        var restored = SessionLog.restore(session, received.from(0), received.checkpoints());
        assertThat(restored.runningHash()).isEqualTo(received.runningHash());
    }

    /// The transaction, made from the plain changes and compared with the one of the vector.
    private static Transaction transaction(
            Json.Obj step, Json.Obj expected, ReadKey key, Nonce nonce) {
        long madeAt = (long) ((Json.Num) expected.members().get("madeAt")).value();
        String meta = expected.text("meta");
        if (text(expected, "privacy").equals("trusting")) {
            assertThat(text(expected, "changes")).isEqualTo(text(step, "changesJson"));
            return new Transaction.Trusting(madeAt, text(expected, "changes"), meta);
        }
        String encrypted = ReadCipher.encrypt(text(step, "changesJson"), key.secret(), nonce);
        assertThat(encrypted).isEqualTo(text(expected, "encryptedChanges"));
        if (meta != null) {
            assertThat(ReadCipher.encrypt(text(step, "metaJson"), key.secret(), nonce))
                    .isEqualTo(meta);
        }
        assertThat(text(expected, "keyUsed")).isEqualTo(key.id().text());
        return new Transaction.Private(madeAt, key.id().text(), encrypted, meta);
    }

    private static ReadKey readKey(Json.Obj json) {
        return new ReadKey(new KeyId(text(json, "id")), KeySecret.of(text(json, "secret")));
    }

    private static int number(Json.Obj in, String name) {
        return (int) ((Json.Num) in.members().get(name)).value();
    }

    /// Our own nonce where the material names real ids; the vectors with made-up ids are hashed.
    private static Nonce nonce(Json material) {
        byte[] hashed = Arrays.copyOf(Blake3.stableHash(material), 24);
        Json.Obj object = (Json.Obj) material;
        Nonce made;
        if (object.get("tx") instanceof Json.Obj tx) {
            var id = new TransactionId(SessionId.of(text(tx, "sessionID")), number(tx, "txIndex"));
            made = Nonce.of(new CoId(text(object, "in")), id);
        } else {
            made =
                    Nonce.of(
                            new KeyId(text(object, "encryptedID")),
                            new KeyId(text(object, "encryptingID")));
        }
        assertThat(made.bytes()).isEqualTo(hashed);
        return made;
    }
}
