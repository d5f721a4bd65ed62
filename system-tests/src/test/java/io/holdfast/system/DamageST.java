package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Corrupt bytes in etcd: that object is named, others are served, nothing is overwritten. */
class DamageST {
    @Test
    void aDamagedSecretIsNamedAndTheOthersAreServed() {
        try (Fixture fixture = new Fixture();
                EtcdView etcd = new EtcdView(fixture.stack)) {
            KubernetesEndpoint endpoint = fixture.endpoint();
            fixture.createSecret(endpoint, "sound", "value");
            fixture.createSecret(endpoint, "broken", "value");
            String etcdKey = "/clusters/" + fixture.cluster + "/registry/secrets/default/broken";
            byte[] damaged = etcd.value(etcdKey);
            damaged[damaged.length - 1] ^= 1;
            etcd.overwrite(etcdKey, damaged);

            HttpResponse<String> one = endpoint.get(Fixture.secretPath("broken"));
            HttpResponse<String> list = endpoint.get("/api/v1/namespaces/default/secrets");
            HttpResponse<String> patch = endpoint.send(
                    "PATCH",
                    Fixture.secretPath("broken"),
                    "application/merge-patch+json",
                    "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");

            assertThat(one.statusCode()).isEqualTo(500);
            assertThat(one.body()).contains("StorageReadError", "broken");
            assertThat(list.statusCode()).isEqualTo(500);
            assertThat(list.body()).contains("broken").doesNotContain("sound");
            assertThat(patch.statusCode()).isEqualTo(500);
            assertThat(endpoint.get(Fixture.secretPath("sound")).statusCode()).isEqualTo(200);
            assertThat(etcd.value(etcdKey)).isEqualTo(damaged);
            HttpResponse<String> refused = endpoint.send("DELETE", Fixture.secretPath("broken"), "", "");
            assertThat(refused.statusCode()).isGreaterThanOrEqualTo(400);
            HttpResponse<String> deleted = endpoint.send(
                    "DELETE",
                    Fixture.secretPath("broken"),
                    "application/json",
                    "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"ignoreStoreReadErrorWithClusterBreakingPotential\":true}");
            assertThat(deleted.statusCode()).isEqualTo(200);
            assertThat(endpoint.get("/api/v1/namespaces/default/secrets").statusCode())
                    .isEqualTo(200);
        }
    }
}
