package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.relay.auth.RegistrationPolicy;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RelayConfigTest {

    @Test
    void theDefaultsAreTheDocumentedOnes() {
        RelayConfig config = RelayConfig.defaults();
        assertThat(config.host()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(3005);
        assertThat(config.dataDirectory())
                .isEqualTo(Path.of(System.getProperty("user.home"), ".roost"));
        assertThat(config.registration()).isEqualTo(RegistrationPolicy.AUTO);
        assertThat(config.publicUrl()).isEmpty();
        assertThat(config.metricsPort()).isEmpty();
        assertThat(config.limits().attachmentBytes()).isEqualTo(1L << 30);
        assertThat(config.push().expo()).isEmpty();
        assertThat(config.push().patience()).hasSeconds(8);
    }

    @Test
    void aSecondRelayOnTheSameFilesIsRefusedWithItsReason() {
        try (var rig = RelayRig.start()) {
            assertThatThrownBy(() -> Relay.start(rig.config()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another relay is using");
            rig.restarts();
            assertThat(rig.signsUp().token()).isNotEmpty();
        }
    }

    @Test
    void aPortInUseIsRefusedWithItsNumber() {
        try (var rig = RelayRig.start();
                var other = RelayRig.start()) {
            other.relay().close();
            int port = rig.relay().port();
            assertThatThrownBy(() -> Relay.start(other.config().withPort(port)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(port));
        }
    }

    @Test
    void stoppingTwiceIsStoppingOnce() {
        try (var rig = RelayRig.start()) {
            rig.relay().close();
        }
    }
}
