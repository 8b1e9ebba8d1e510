package dev.roosthold.relay.push;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/// Keys on the curve P-256 as Web Push writes them: points uncompressed in 65 bytes (SEC 1, 2.3.3),
/// private numbers in 32.
final class P256 {
    static final int POINT_BYTES = 65;
    static final int NUMBER_BYTES = 32;

    private static final byte UNCOMPRESSED = 4;
    private static final ECParameterSpec CURVE = curve();
    private static final BigInteger PRIME = ((ECFieldFp) CURVE.getCurve().getField()).getP();

    private P256() {}

    static KeyPair generate() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(CURVE);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /// @throws InvalidKeyException when the bytes are no point of the curve: a key agreement with
    ///     such a point could give the private number away
    static ECPublicKey publicKey(byte[] point) throws InvalidKeyException {
        if (point.length != POINT_BYTES || point[0] != UNCOMPRESSED) {
            throw new InvalidKeyException("not an uncompressed point of P-256");
        }
        var x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + NUMBER_BYTES));
        var y = new BigInteger(1, Arrays.copyOfRange(point, 1 + NUMBER_BYTES, POINT_BYTES));
        if (!isOnCurve(x, y)) {
            throw new InvalidKeyException("not a point of P-256");
        }
        try {
            return (ECPublicKey)
                    KeyFactory.getInstance("EC")
                            .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), CURVE));
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /// @throws InvalidKeyException when the bytes are no private number of the curve
    static ECPrivateKey privateKey(byte[] number) throws InvalidKeyException {
        var s = new BigInteger(1, number);
        if (number.length != NUMBER_BYTES
                || s.signum() == 0
                || s.compareTo(CURVE.getOrder()) >= 0) {
            throw new InvalidKeyException("not a private number of P-256");
        }
        try {
            return (ECPrivateKey)
                    KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(s, CURVE));
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    static byte[] bytes(ECPublicKey key) {
        var point = new byte[POINT_BYTES];
        point[0] = UNCOMPRESSED;
        put(key.getW().getAffineX(), point, 1);
        put(key.getW().getAffineY(), point, 1 + NUMBER_BYTES);
        return point;
    }

    static byte[] bytes(ECPrivateKey key) {
        var number = new byte[NUMBER_BYTES];
        put(key.getS(), number, 0);
        return number;
    }

    /// The secret that both sides come to (ECDH): the x of the common point.
    static byte[] agree(ECPrivateKey ours, ECPublicKey theirs) {
        try {
            var agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(ours);
            agreement.doPhase(theirs, true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /// y² = x³ + ax + b, both below the prime. The point at infinity has no such form.
    private static boolean isOnCurve(BigInteger x, BigInteger y) {
        if (x.compareTo(PRIME) >= 0 || y.compareTo(PRIME) >= 0) {
            return false;
        }
        BigInteger right =
                x.pow(3).add(CURVE.getCurve().getA().multiply(x)).add(CURVE.getCurve().getB());
        return y.pow(2).subtract(right).mod(PRIME).signum() == 0;
    }

    private static void put(BigInteger number, byte[] into, int at) {
        byte[] bytes = number.toByteArray();
        int from = Math.max(0, bytes.length - NUMBER_BYTES);
        int length = bytes.length - from;
        System.arraycopy(bytes, from, into, at + NUMBER_BYTES - length, length);
    }

    private static ECParameterSpec curve() {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("this Java platform lacks P-256", e);
    }
}
