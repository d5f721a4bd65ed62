package io.holdfast.keyservice.signing;

import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The authorization header of a signed request (OCI documentation, "Request Signatures"; draft-cavage-http-signatures-08).
 *
 * <pre>
 * header     = "Signature" SP parameter 4*("," parameter)     ; any order, each once
 * parameter  = version / keyId / algorithm / headers / signature
 * version    = "version=" DQUOTE "1" DQUOTE
 * keyId      = "keyId=" DQUOTE (tenancy "/" user "/" fingerprint / "ST$" token) DQUOTE
 * algorithm  = "algorithm=" DQUOTE "rsa-sha256" DQUOTE
 * headers    = "headers=" DQUOTE name *(SP name) DQUOTE       ; case does not matter
 * signature  = "signature=" DQUOTE base64 DQUOTE
 * </pre>
 *
 * @param signedNames lower case, in the order signed, each once; 1 to {@value #MAX_NAMES}
 * @param signature the bytes
 */
record AuthorizationHeader(KeyId key, List<String> signedNames, byte[] signature) {
    /** Characters in the whole header: the longest session token and its key's signature fit. */
    static final int MAX_LENGTH = 4_096;

    static final int MAX_NAMES = 16;
    private static final int MAX_NAME_LENGTH = 64;
    /** RSA of 8192 bits. */
    private static final int MAX_SIGNATURE = 1_024;

    private static final Set<String> KNOWN = Set.of("version", "keyId", "algorithm", "headers", "signature");
    private static final String SCHEME = "signature ";

    static AuthorizationHeader parse(String text) throws SignatureRefused {
        if (text.length() > MAX_LENGTH) {
            throw new SignatureRefused("the authorization header has " + text.length() + " characters");
        }
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new SignatureRefused("the scheme is not Signature");
        }
        Map<String, String> parameters = parameters(text.substring(SCHEME.length()));
        if (!parameters.keySet().equals(KNOWN)) {
            throw new SignatureRefused("a parameter is missing");
        }
        if (!"1".equals(parameters.get("version"))) {
            throw new SignatureRefused("the version is not 1");
        }
        if (!"rsa-sha256".equals(parameters.get("algorithm"))) {
            throw new SignatureRefused("the algorithm is not rsa-sha256");
        }
        return new AuthorizationHeader(
                KeyId.parse(parameters.getOrDefault("keyId", "")),
                names(parameters.getOrDefault("headers", "")),
                signature(parameters.getOrDefault("signature", "")));
    }

    private static Map<String, String> parameters(String text) throws SignatureRefused {
        Map<String, String> found = new HashMap<>();
        int at = 0;
        while (true) {
            int quote = text.indexOf("=\"", at);
            int end = quote < 0 ? -1 : text.indexOf('"', quote + 2);
            if (end < 0) {
                throw new SignatureRefused("a parameter can't be read");
            }
            String name = text.substring(at, quote);
            String value = text.substring(quote + 2, end);
            if (value.chars().anyMatch(Character::isISOControl)) {
                throw new SignatureRefused("a parameter has a control character");
            }
            if (!KNOWN.contains(name) || found.put(name, value) != null) {
                throw new SignatureRefused("a parameter is unknown or given twice");
            }
            at = skipSpaces(text, end + 1);
            if (at == text.length()) {
                return found;
            }
            if (text.charAt(at) != ',') {
                throw new SignatureRefused("parameters are not separated by commas");
            }
            at = skipSpaces(text, at + 1);
        }
    }

    private static int skipSpaces(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static List<String> names(String text) throws SignatureRefused {
        String[] names = text.toLowerCase(Locale.ROOT).split(" ", MAX_NAMES + 1);
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (name.length() > MAX_NAME_LENGTH || !isHeader(name) || !seen.add(name)) {
                throw new SignatureRefused("the list of signed headers is malformed");
            }
        }
        if (names.length > MAX_NAMES) {
            throw new SignatureRefused("too many signed headers");
        }
        return List.of(names);
    }

    private static boolean isHeader(String name) {
        return name.equals("(request-target)")
                || (!name.isEmpty()
                        && name.chars()
                                .allMatch(it -> (it >= 'a' && it <= 'z') || (it >= '0' && it <= '9') || it == '-'));
    }

    private static byte[] signature(String text) throws SignatureRefused {
        try {
            byte[] signature = Base64.getDecoder().decode(text);
            if (signature.length == 0 || signature.length > MAX_SIGNATURE) {
                throw new SignatureRefused("the signature has " + signature.length + " bytes");
            }
            return signature;
        } catch (IllegalArgumentException e) {
            throw new SignatureRefused("the signature is not base64");
        }
    }
}
