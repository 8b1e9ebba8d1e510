package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.relay.auth.DeviceLifetime;
import dev.roosthold.relay.push.PushConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class DeviceOptionsTest {
    @Command(name = "sample")
    static final class Sample {
        @Mixin private DeviceOptions devices;
        @Mixin private PushOptions push;
    }

    @Test
    void withoutOptionsDevicesDoNotEndAndEveryPublicPushServiceMayBeUsed() {
        assertThat(sample().devices.lifetime()).isEqualTo(DeviceLifetime.UNLIMITED);
        assertThat(sample().push.apply(PushConfig.usual()).hosts()).isEmpty();
    }

    @Test
    void theOptionsAreWhatTheRelayGets() {
        Sample sample =
                sample(
                        "--device-idle=30d",
                        "--device-age=8760h",
                        "--push-hosts=Push.example, fcm.googleapis.com");
        assertThat(sample.devices.lifetime().idle()).contains(Duration.ofDays(30));
        assertThat(sample.devices.lifetime().age()).contains(Duration.ofDays(365));
        assertThat(sample.push.apply(PushConfig.usual()).hosts())
                .containsExactly("push.example", "fcm.googleapis.com");
    }

    @Test
    void whatCannotBeIsRefusedWithItsName() {
        assertThatThrownBy(() -> sample("--device-idle=9m").devices.lifetime())
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--device-idle is less than 10m");
        assertThatThrownBy(() -> sample("--device-age=1m").devices.lifetime())
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--device-age is less than 10m");
        var url = sample("--push-hosts=https://push.example");
        assertThatThrownBy(() -> url.push.apply(PushConfig.usual()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("https://push.example is not the name of a host");
    }

    private static Sample sample(String... arguments) {
        var sample = new Sample();
        new CommandLine(sample).parseArgs(arguments);
        return sample;
    }
}
