package io.holdfast.kernel;

import java.security.SecureRandom;

/**
 * An Oracle Cloud Identifier: {@code ocid1.<type>.<realm>.[region][.extra].<unique>} (OCI documentation, "Resource
 * Identifiers").
 *
 * <p>Every id in Holdfast is one of the typed records below, from the edge to the store. Each validates itself: a value
 * of another type, with other characters or longer than {@value #MAX_LENGTH} is refused with a {@link ProblemException}
 * of {@link ProblemCode#INVALID_PARAMETER}.
 */
public sealed interface Ocid
        permits Ocid.TenancyId,
                Ocid.CompartmentId,
                Ocid.UserId,
                Ocid.GroupId,
                Ocid.MembershipId,
                Ocid.DynamicGroupId,
                Ocid.PolicyId,
                Ocid.VaultId,
                Ocid.KeyId,
                Ocid.KeyVersionId,
                Ocid.ClusterId,
                Ocid.WorkRequestId,
                Ocid.IdentityWorkRequestId,
                Ocid.BindingId {

    /** The longest OCID that OCI documents (255 characters). */
    int MAX_LENGTH = 255;

    /** The whole identifier as clients send it. */
    String value();

    /** The unique last part, as used for short names in kubeconfig files and logs. */
    default String unique() {
        return value().substring(value().lastIndexOf('.') + 1);
    }

    /** A tenancy; its OCID is also the OCID of its root compartment. */
    record TenancyId(String value) implements Ocid {
        public TenancyId {
            OcidSyntax.require(value, "tenancy");
        }

        public CompartmentId rootCompartment() {
            return new CompartmentId(value);
        }
    }

    /** A compartment, or the root compartment, which carries its tenancy's OCID. */
    record CompartmentId(String value) implements Ocid {
        public CompartmentId {
            OcidSyntax.requireOneOf(value, "compartment", "tenancy");
        }

        public boolean isRoot() {
            return value.startsWith("ocid1.tenancy.");
        }
    }

    record UserId(String value) implements Ocid {
        public UserId {
            OcidSyntax.require(value, "user");
        }
    }

    record GroupId(String value) implements Ocid {
        public GroupId {
            OcidSyntax.require(value, "group");
        }
    }

    /** The membership of a user in a group. */
    record MembershipId(String value) implements Ocid {
        public MembershipId {
            OcidSyntax.require(value, "groupmembership");
        }
    }

    record DynamicGroupId(String value) implements Ocid {
        public DynamicGroupId {
            OcidSyntax.require(value, "dynamicgroup");
        }
    }

    record PolicyId(String value) implements Ocid {
        public PolicyId {
            OcidSyntax.require(value, "policy");
        }
    }

    record VaultId(String value) implements Ocid {
        public VaultId {
            OcidSyntax.require(value, "vault");
        }
    }

    record KeyId(String value) implements Ocid {
        public KeyId {
            OcidSyntax.require(value, "key");
        }
    }

    record KeyVersionId(String value) implements Ocid {
        public KeyVersionId {
            OcidSyntax.require(value, "keyversion");
        }
    }

    record ClusterId(String value) implements Ocid {
        public ClusterId {
            OcidSyntax.require(value, "cluster");
        }
    }

    record WorkRequestId(String value) implements Ocid {
        public WorkRequestId {
            OcidSyntax.require(value, "clustersworkrequest");
        }
    }

    /** A work request of the Identity API. */
    record IdentityWorkRequestId(String value) implements Ocid {
        public IdentityWorkRequestId {
            OcidSyntax.require(value, "identityworkrequest");
        }
    }

    /** A binding of a cluster to a master key. Holdfast's own type; the shape is an OCID's. */
    record BindingId(String value) implements Ocid {
        public BindingId {
            OcidSyntax.require(value, "keybinding");
        }
    }

    /** Makes new identifiers for one realm and region. Thread safe. */
    final class Mint {
        private static final char[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();
        private static final int UNIQUE_LENGTH = 56;
        private static final int VAULT_SHORT_LENGTH = 13;
        private final String realm;
        private final String region;
        private final SecureRandom random = new SecureRandom();

        /**
         * @param realm for example {@code oc1}
         * @param region the region part of regional resources, for example {@code iad}
         */
        public Mint(String realm, String region) {
            this.realm = realm;
            this.region = region;
        }

        public TenancyId tenancy() {
            return new TenancyId(global("tenancy"));
        }

        public CompartmentId compartment() {
            return new CompartmentId(global("compartment"));
        }

        public UserId user() {
            return new UserId(global("user"));
        }

        public GroupId group() {
            return new GroupId(global("group"));
        }

        public MembershipId membership() {
            return new MembershipId(global("groupmembership"));
        }

        public DynamicGroupId dynamicGroup() {
            return new DynamicGroupId(global("dynamicgroup"));
        }

        public PolicyId policy() {
            return new PolicyId(global("policy"));
        }

        /** A vault; its fifth part is the short id that the vault's keys repeat. */
        public VaultId vault() {
            return new VaultId(
                    "ocid1.vault." + realm + "." + region + "." + letters(VAULT_SHORT_LENGTH) + "." + unique());
        }

        public KeyId key(VaultId vault) {
            return new KeyId("ocid1.key." + realm + "." + region + "." + vaultShort(vault) + "." + unique());
        }

        public KeyVersionId keyVersion(VaultId vault) {
            return new KeyVersionId(
                    "ocid1.keyversion." + realm + "." + region + "." + vaultShort(vault) + "." + unique());
        }

        public ClusterId cluster() {
            return new ClusterId(regional("cluster"));
        }

        public WorkRequestId workRequest() {
            return new WorkRequestId(regional("clustersworkrequest"));
        }

        public IdentityWorkRequestId identityWorkRequest() {
            return new IdentityWorkRequestId(global("identityworkrequest"));
        }

        public BindingId binding() {
            return new BindingId(regional("keybinding"));
        }

        private static String vaultShort(VaultId vault) {
            String[] parts = vault.value().split("\\.", -1);
            return parts[parts.length - 2];
        }

        private String global(String type) {
            return "ocid1." + type + "." + realm + ".." + unique();
        }

        private String regional(String type) {
            return "ocid1." + type + "." + realm + "." + region + "." + unique();
        }

        private String unique() {
            return "aaaaaaaa" + letters(UNIQUE_LENGTH - 8);
        }

        private String letters(int count) {
            StringBuilder out = new StringBuilder(count);
            for (int i = 0; i < count; i++) {
                out.append(ALPHABET[random.nextInt(ALPHABET.length)]);
            }
            return out.toString();
        }
    }
}

/**
 * The one place that knows what an OCID may look like.
 *
 * <pre>
 * ocid   = "ocid1." type "." realm 1*4("." [part]) "." part
 * type   = lower *(lower / DIGIT)
 * realm  = 1*(lower / DIGIT / "-")
 * part   = 1*(ALPHA / DIGIT / "_" / "-")
 * </pre>
 *
 * <p>Read in one pass, and not by a regular expression: a batch of wrapped keys names two thousand of them.
 */
final class OcidSyntax {
    private static final String VERSION = "ocid1.";
    private static final int TYPE = 1;
    private static final int REALM = 2;
    /** Of the last part, counted from 0, with one and with four parts between realm and it. */
    private static final int FIRST_LAST = 4;

    private static final int LAST_LAST = 7;

    private OcidSyntax() {}

    static void require(String value, String type) {
        requireOneOf(value, type, type);
    }

    static void requireOneOf(String value, String type, String other) {
        if (value.length() > Ocid.MAX_LENGTH || !hasShape(value) || !(hasType(value, type) || hasType(value, other))) {
            throw new ProblemException(
                    ProblemCode.INVALID_PARAMETER,
                    "'" + Printable.shorten(value) + "' is not a valid " + type + " OCID");
        }
    }

    static boolean hasShape(String value) {
        if (!value.startsWith(VERSION)) {
            return false;
        }
        int part = TYPE;
        int partAt = VERSION.length();
        for (int at = partAt; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c == '.') {
                if (at == partAt && part <= REALM) {
                    return false;
                }
                part++;
                partAt = at + 1;
            } else if (!mayStand(c, part, at == partAt)) {
                return false;
            }
        }
        return part >= FIRST_LAST && part <= LAST_LAST && partAt < value.length();
    }

    private static boolean mayStand(char c, int part, boolean first) {
        if (c >= 'a' && c <= 'z') {
            return true;
        }
        boolean digit = c >= '0' && c <= '9';
        return switch (part) {
            case TYPE -> digit && !first;
            case REALM -> digit || c == '-';
            default -> digit || c == '-' || c == '_' || (c >= 'A' && c <= 'Z');
        };
    }

    private static boolean hasType(String value, String type) {
        int end = VERSION.length() + type.length();
        return value.startsWith(type, VERSION.length()) && value.length() > end && value.charAt(end) == '.';
    }
}
