package io.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposeSetupTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void bothEtcdsRefuseStrangersAfterwardsAndASecondRunChangesNothing() throws Exception {
        try (EtcdServer control = EtcdServer.start();
                EtcdServer data = EtcdServer.start()) {
            String[] arguments = {directory.toString(), control.endpoint(), data.endpoint()};
            ComposeSetupMain.main(arguments);
            assertThat(EtcdUsers.refusesStrangers(control.endpoint())).isTrue();
            assertThat(EtcdUsers.refusesStrangers(data.endpoint())).isTrue();
            String password = Files.readString(directory.resolve("etcd/secret-service.password"));
            ComposeSetupMain.main(arguments);
            assertThat(Files.readString(directory.resolve("etcd/secret-service.password")))
                    .isEqualTo(password);
        }
    }
}
