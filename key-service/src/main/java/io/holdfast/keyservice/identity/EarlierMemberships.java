package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.MembershipId;
import io.holdfast.kernel.Ocid.UserId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Ids for memberships that were recorded without one: the same at every reading, until the group is written again. */
final class EarlierMemberships {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LETTERS = 32;

    private EarlierMemberships() {}

    static MembershipId id(GroupId group, UserId user) {
        String realm = group.value().split("\\.", -1)[2];
        byte[] digest = sha256(group.value() + "/" + user.value());
        StringBuilder unique = new StringBuilder("aaaaaaaa");
        for (int i = 0; i < LETTERS; i++) {
            unique.append(ALPHABET.charAt(digest[i] & 31));
        }
        return new MembershipId("ocid1.groupmembership." + realm + ".." + unique);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
