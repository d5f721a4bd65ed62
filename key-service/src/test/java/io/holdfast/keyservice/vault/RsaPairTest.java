package io.holdfast.keyservice.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.SecretBytes;
import io.holdfast.keyservice.domain.KeyShape;
import io.holdfast.keyservice.domain.KeyShape.Algorithm;
import io.holdfast.keyservice.signing.Signer;
import java.io.IOException;
import java.math.BigInteger;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;

/** RSA keys that customers bring. */
class RsaPairTest {
    private static final KeyShape SHAPE = KeyShape.of(Algorithm.RSA, 256, null);
    private static final RSAPrivateCrtKey KEY =
            (RSAPrivateCrtKey) Signer.rsa(2048).getPrivate();
    private static final int MODULUS = 0;
    private static final int PUBLIC_EXPONENT = 1;
    private static final int PRIME_P = 3;
    private static final int PRIME_Q = 4;

    /** As RFC 8017, appendix A.1.2, lists them. */
    private static List<BigInteger> numbers() {
        return new ArrayList<>(List.of(
                KEY.getModulus(),
                KEY.getPublicExponent(),
                KEY.getPrivateExponent(),
                KEY.getPrimeP(),
                KEY.getPrimeQ(),
                KEY.getPrimeExponentP(),
                KEY.getPrimeExponentQ(),
                KEY.getCrtCoefficient()));
    }

    @Test
    void isAdoptedWhenItsNumbersBelongTogether() throws Exception {
        try (SecretBytes material = pkcs8(numbers())) {
            assertThat(RsaPair.adopted(SHAPE, material).publicHalf().getModulus())
                    .isEqualTo(KEY.getModulus());
        }
    }

    @Test
    void isRefusedWhenOneOfThemIsOff() throws Exception {
        for (int i = PUBLIC_EXPONENT; i < numbers().size(); i++) {
            List<BigInteger> numbers = numbers();
            numbers.set(i, numbers.get(i).add(BigInteger.TWO));
            assertRefused("number " + i, numbers);
        }
        Map<String, BigInteger> exponents = new TreeMap<>(Map.of(
                "one", BigInteger.ONE,
                "even", BigInteger.valueOf(65_538),
                "long", BigInteger.ONE.shiftLeft(256).add(BigInteger.ONE)));
        for (Map.Entry<String, BigInteger> exponent : exponents.entrySet()) {
            List<BigInteger> numbers = withExponent(KEY.getPrimeP(), KEY.getPrimeQ(), exponent.getValue());
            assertRefused(exponent.getKey(), numbers);
        }
        List<BigInteger> negative = numbers();
        negative.set(PRIME_P, negative.get(PRIME_P).negate());
        negative.set(PRIME_Q, negative.get(PRIME_Q).negate());
        assertRefused("negative primes", negative);
    }

    /** All its numbers are as if both were primes. */
    @Test
    void isRefusedWhenItsPrimesAreNone() throws Exception {
        BigInteger e = KEY.getPublicExponent();
        BigInteger p = KEY.getPrimeP();
        BigInteger q = KEY.getPrimeQ().subtract(BigInteger.TWO);
        while (!q.gcd(p).equals(BigInteger.ONE)
                || !q.subtract(BigInteger.ONE).gcd(e).equals(BigInteger.ONE)
                || q.isProbablePrime(20)) {
            q = q.subtract(BigInteger.TWO);
        }
        List<BigInteger> numbers = withExponent(p, q, e);
        assertThat(numbers.get(MODULUS).bitLength()).isEqualTo(2048);
        assertRefused("composite", numbers);
    }

    private static List<BigInteger> withExponent(BigInteger p, BigInteger q, BigInteger e) {
        BigInteger ofP = p.subtract(BigInteger.ONE);
        BigInteger ofQ = q.subtract(BigInteger.ONE);
        return new ArrayList<>(List.of(
                p.multiply(q),
                e,
                inverse(e, ofP.multiply(ofQ).divide(ofP.gcd(ofQ))),
                p,
                q,
                inverse(e, ofP),
                inverse(e, ofQ),
                q.modInverse(p)));
    }

    private static BigInteger inverse(BigInteger e, BigInteger modulus) {
        return e.gcd(modulus).equals(BigInteger.ONE) ? e.modInverse(modulus) : BigInteger.ONE;
    }

    private static void assertRefused(String what, List<BigInteger> numbers) throws IOException {
        try (SecretBytes material = pkcs8(numbers)) {
            assertThatThrownBy(() -> RsaPair.adopted(SHAPE, material))
                    .as(what)
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            it -> assertThat(it.code()).isEqualTo(ProblemCode.INVALID_PARAMETER))
                    .hasMessageContaining("must hold an RSA private key of 256 bytes in PKCS#8 form");
        }
    }

    private static SecretBytes pkcs8(List<BigInteger> it) throws IOException {
        RSAPrivateKey key = new RSAPrivateKey(
                it.get(0), it.get(1), it.get(2), it.get(3), it.get(4), it.get(5), it.get(6), it.get(7));
        return SecretBytes.takeOwnershipOf(
                new PrivateKeyInfo(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption), key).getEncoded());
    }
}
