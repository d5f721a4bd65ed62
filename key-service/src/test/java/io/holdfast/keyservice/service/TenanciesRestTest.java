package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.keyservice.identity.TestUsers;
import io.holdfast.keyservice.service.SignedApi.Answer;
import io.holdfast.keyservice.signing.Signer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several tenancies in one installation. */
@QuarkusTest
@TestProfile(IdentityProfile.class)
class TenanciesRestTest {
    @Inject
    Ocid.Mint mint;

    @TempDir
    Path directory;

    @Test
    void aSecondTenancyIsAWorldOfItsOwn() throws IOException {
        SignedApi first = SignedApi.administrator();
        KeyPair pair = Signer.rsa(2048);
        TenancyId tenancy = mint.tenancy();
        UserId user = mint.user();
        String name = "second-" + UUID.randomUUID();
        TestUsers.bootstrapAgain(file(name, tenancy, user, pair));
        SignedApi second = new SignedApi(tenancy, user, pair);

        Answer own = second.get("/20160918/tenancies/" + tenancy.value());
        assertThat(own.status()).as(own.raw().body()).isEqualTo(200);
        assertThat(own.body().path("name").asText()).isEqualTo(name);
        assertThat(second.get("/20160918/users?compartmentId=" + tenancy.value())
                        .body())
                .hasSize(1);

        hidden(second, first);
        hidden(first, second);
        // The same names, for another: each has its own.
        Map<String, Object> group =
                Map.of("compartmentId", tenancy.value(), "name", "Operators", "description", "for a test");
        assertThat(second.post("/20160918/groups", group, Map.of()).status()).isEqualTo(200);
    }

    private static void hidden(SignedApi one, SignedApi other) {
        String root = other.tenancy().value();
        for (String target : new String[] {
            "/20160918/tenancies/" + root,
            "/20160918/compartments/" + root,
            "/20160918/users/" + other.user().value(),
            "/20160918/users/" + other.user().value() + "/apiKeys",
            "/20160918/users?compartmentId=" + root,
            "/20160918/groups?compartmentId=" + root,
            "/20160918/userGroupMemberships?compartmentId=" + root,
            "/20160918/dynamicGroups?compartmentId=" + root,
            "/20160918/compartments?compartmentId=" + root,
            "/20160918/policies?compartmentId=" + root
        }) {
            Answer answer = one.get(target);
            assertThat(answer.status()).as(target).isEqualTo(404);
            assertThat(answer.code()).as(target).isEqualTo("NotAuthorizedOrNotFound");
        }
    }

    @Test
    void noTwoTenanciesHaveTheSameName() throws IOException {
        String first = SecondTenancy.named("ACME", mint).name();
        Path file = file(first.toLowerCase(Locale.ROOT), mint.tenancy(), mint.user(), Signer.rsa(2048));
        assertThatThrownBy(() -> TestUsers.bootstrapAgain(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(first.toLowerCase(Locale.ROOT));
    }

    private Path file(String name, TenancyId tenancy, UserId user, KeyPair pair) throws IOException {
        Files.writeString(directory.resolve("public.pem"), Signer.pem(pair));
        return Files.writeString(
                directory.resolve("bootstrap.properties"),
                "tenancy.id=" + tenancy.value() + "\ntenancy.name=" + name + "\nuser.id=" + user.value()
                        + "\nuser.name=administrator\ngroup.id=" + mint.group().value()
                        + "\npublic-key=public.pem\n");
    }
}
