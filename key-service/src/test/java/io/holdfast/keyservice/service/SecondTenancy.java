package io.holdfast.keyservice.service;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.signing.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.UUID;

/**
 * A further tenancy of the installation that a test runs against, made as the first one was.
 *
 * @param administrators the group of its administrators
 */
record SecondTenancy(TenancyId id, String name, GroupId administrators, SignedApi admin) {

    /** One more, whose name begins so: the etcd is shared, and a test may run again. */
    static SecondTenancy named(String beginning, Ocid.Mint mint) {
        String name = beginning + UUID.randomUUID().toString().substring(0, 8);
        try {
            Path directory = Files.createTempDirectory("holdfast-tenancy");
            KeyPair pair = Signer.rsa(2048);
            Files.writeString(directory.resolve("administrator.pem"), Signer.pem(pair));
            TenancyId tenancy = mint.tenancy();
            UserId user = mint.user();
            GroupId group = mint.group();
            Path file = directory.resolve("bootstrap.properties");
            Files.writeString(
                    file,
                    "tenancy.id=" + tenancy.value() + "\ntenancy.name=" + name + "\nuser.id=" + user.value()
                            + "\nuser.name=administrator\ngroup.id=" + group.value()
                            + "\npublic-key=administrator.pem\n");
            TestUsers.bootstrapAgain(file);
            return new SecondTenancy(tenancy, name, group, new SignedApi(tenancy, user, pair));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
