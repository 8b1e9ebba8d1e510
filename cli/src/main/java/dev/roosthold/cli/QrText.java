package dev.roosthold.cli;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/// A QR code made of half blocks: each character is two modules, one above the other, so that the
/// code is square and small enough for a terminal of 80 by 24.
final class QrText {
    private static final int QUIET = 2;
    private static final String BLOCKS = "█▀▄";

    private QrText() {}

    /// Whether this encoding of the output has the characters.
    static boolean canShow(Charset charset) {
        return charset.canEncode() && charset.newEncoder().canEncode(BLOCKS);
    }

    /// The lines from top to bottom.
    ///
    /// Without colours the light modules are drawn, which is right on a dark background; scanners
    /// read the reverse as well.
    static List<String> of(String text, Style style) {
        ByteMatrix code;
        try {
            // A screen is not torn or stained: the least correction gives the smallest code.
            code = Encoder.encode(text, ErrorCorrectionLevel.L).getMatrix();
        } catch (WriterException e) {
            throw new IllegalArgumentException("too long for a QR code", e);
        }
        List<String> lines = new ArrayList<>();
        for (int y = -QUIET; y < code.getHeight() + QUIET; y += 2) {
            StringBuilder line = new StringBuilder();
            for (int x = -QUIET; x < code.getWidth() + QUIET; x++) {
                boolean top = isDark(code, x, y) == style.on();
                boolean bottom = isDark(code, x, y + 1) == style.on();
                line.append(top ? (bottom ? '█' : '▀') : (bottom ? '▄' : ' '));
            }
            lines.add(style.blackOnWhite(line.toString()));
        }
        return lines;
    }

    private static boolean isDark(ByteMatrix code, int x, int y) {
        return x >= 0
                && y >= 0
                && x < code.getWidth()
                && y < code.getHeight()
                && code.get(x, y) == 1;
    }
}
