package dev.roosthold.cli;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.List;
import java.util.Map;

/// Reads a printed QR code back from the pixels of a screen.
final class QrReading {
    private static final int SCALE = 6;
    private static final int MARGIN = 4;

    private QrReading() {}

    /// @param lines of [QrText]
    /// @param blocksAreDark whether a drawn block is a dark module
    static String read(List<String> lines, boolean blocksAreDark) throws ReaderException {
        List<String> plain =
                lines.stream().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")).toList();
        int modules = plain.getFirst().length();
        int width = (modules + 2 * MARGIN) * SCALE;
        int height = (plain.size() * 2 + 2 * MARGIN) * SCALE;
        int[] pixels = new int[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = x / SCALE - MARGIN;
                int row = y / SCALE - MARGIN;
                boolean inside =
                        column >= 0 && column < modules && row >= 0 && row < plain.size() * 2;
                boolean block = inside && block(plain.get(row / 2).charAt(column), row % 2 == 0);
                boolean dark = inside && block == blocksAreDark;
                pixels[y * width + x] = dark ? 0xff000000 : 0xffffffff;
            }
        }
        var bitmap =
                new BinaryBitmap(
                        new HybridBinarizer(new RGBLuminanceSource(width, height, pixels)));
        // The picture is straight and whole; finding a code in a photograph is a matter of luck
        // that cameras have many tries for.
        return new QRCodeReader()
                .decode(bitmap, Map.of(DecodeHintType.PURE_BARCODE, true))
                .getText();
    }

    private static boolean block(char character, boolean upper) {
        return switch (character) {
            case '█' -> true;
            case '▀' -> upper;
            case '▄' -> !upper;
            case ' ' -> false;
            default -> throw new IllegalArgumentException("not of a code: " + character);
        };
    }
}
