package io.holdfast.keyservice.vault;

import io.holdfast.kernel.Ocid.KeyVersionId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate that SunPKCS11 wants beside each private key. It carries the public half and proves nothing: a key that
 * is thrown away signs it, so that making it takes no use of the key itself. Its name is the version's, as SunPKCS11 keeps a
 * certificate for as long as another one names it as its issuer.
 */
final class PlaceholderCertificate {
    private static final Instant ALWAYS_FROM = Instant.parse("2000-01-01T00:00:00Z");
    /** "No well-defined expiration date" (RFC 5280, section 4.1.2.5). */
    private static final Instant ALWAYS_TO = Instant.parse("9999-12-31T23:59:59Z");

    private PlaceholderCertificate() {}

    static X509Certificate of(KeyVersionId version, PublicKey publicHalf) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair thrownAway = generator.generateKeyPair();
        X500Name name = X500Name.getInstance(new X500Principal("CN=" + version.value()).getEncoded());
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                    name,
                    new BigInteger(1, version.value().getBytes(StandardCharsets.US_ASCII)).mod(BigInteger.TWO.pow(159)),
                    Date.from(ALWAYS_FROM),
                    Date.from(ALWAYS_TO),
                    name,
                    SubjectPublicKeyInfo.getInstance(publicHalf.getEncoded()));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(thrownAway.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
