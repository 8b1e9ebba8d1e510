package dev.roosthold.daemon.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.messages.SessionEvent.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureSizeTest {
    private static final Optional<Picture> SIZE =
            Optional.of(new Picture(301, 17, Optional.empty()));

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif"})
    void sizeOfPicturesOfTheUsualKindsIsKnown(String kind) throws IOException {
        var out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(new BufferedImage(301, 17, BufferedImage.TYPE_INT_RGB), kind, out))
                .isTrue();
        byte[] bytes = out.toByteArray();
        assertThat(PictureSize.of(bytes)).isEqualTo(SIZE);
        for (int length = 0; length < Math.min(bytes.length, 200); length++) {
            // No cut makes it fail.
            assertThat(PictureSize.of(Arrays.copyOf(bytes, length))).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "524946460000000057454250 56503820 00000000 000000 9d012a 2d01 1100",
                "524946460000000057454250 5650384c 00000000 2f 2c 01 04 00",
                "524946460000000057454250 56503858 0a000000 00000000 2c0100 100000"
            })
    void sizeOfTheThreeFormsOfWebPIsKnown(String hex) {
        assertThat(PictureSize.of(HexFormat.of().parseHex(hex.replace(" ", "")))).isEqualTo(SIZE);
    }

    @Test
    void whatIsNoPictureHasNoSize() {
        assertThat(PictureSize.of(new byte[0])).isEmpty();
        assertThat(PictureSize.of(new byte[5_000])).isEmpty();
        byte[] endless = new byte[5_000];
        Arrays.fill(endless, (byte) 0xff);
        endless[1] = (byte) 0xd8;
        assertThat(PictureSize.of(endless)).isEmpty();
    }
}
