package dev.roosthold.cli;

import dev.roosthold.history.keys.RecoveryPhrase;
import dev.roosthold.protocol.Codec;
import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/// Showing a recovery phrase once, and reading one. The words go to the terminal as bytes and are
/// in no text of this program.
final class PhraseInput {
    private static final int MOST = 4096;
    private static final int IN_A_ROW = 4;

    private PhraseInput() {}

    /// Typed without being shown at a terminal; else all of standard input.
    static RecoveryPhrase read() throws IOException {
        char[] typed = typed();
        try {
            return RecoveryPhrase.parse(typed);
        } finally {
            Arrays.fill(typed, '\0');
        }
    }

    private static char[] typed() throws IOException {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            char[] typed = console.readPassword("%s", "Recovery phrase (24 words, not shown): ");
            return typed == null ? new char[0] : typed;
        }
        byte[] bytes = System.in.readNBytes(MOST);
        CharBuffer chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
        char[] typed = new char[chars.remaining()];
        chars.get(typed);
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(chars.array(), '\0');
        return typed;
    }

    /// Shows the phrase, numbered.
    static void show(RecoveryPhrase phrase) {
        System.out.println("Your recovery phrase. It is shown this once and kept nowhere:");
        System.out.println();
        for (int i = 0; i < RecoveryPhrase.WORDS; i++) {
            byte[] word = phrase.word(i);
            System.out.printf("  %2d ", i + 1);
            System.out.write(word, 0, word.length);
            boolean last = i % IN_A_ROW == IN_A_ROW - 1;
            System.out.print(last ? "\n" : " ".repeat(Math.max(1, 9 - word.length)));
            Arrays.fill(word, (byte) 0);
        }
        System.out.println();
        System.out.println(
                "Write it down on paper. Whoever has it reads your history; without it nobody"
                        + " does, and a new computer cannot join.");
        System.out.flush();
    }

    /// The phrase as the member `phrase` of one object with how it came out, for a script.
    static void showJson(RecoveryPhrase phrase, SyncInitCommand.SetUp done) {
        byte[] words = phrase.utf8();
        System.out.print("{\"phrase\":\"");
        System.out.write(words, 0, words.length);
        System.out.println(
                "\",\"initialised\":true,\"connected\":"
                        + done.connected()
                        + ",\"deviceId\":"
                        + Codec.printText(done.deviceId())
                        + "}");
        System.out.flush();
        Arrays.fill(words, (byte) 0);
    }

    /// Asks for two words of it, three times at most.
    ///
    /// @throws CommandFailure when they are not given
    static void confirm(RecoveryPhrase phrase, SecureRandom random) {
        for (int attempt = 0; attempt < 3; attempt++) {
            int first = random.nextInt(RecoveryPhrase.WORDS);
            int second =
                    (first + 1 + random.nextInt(RecoveryPhrase.WORDS - 1)) % RecoveryPhrase.WORDS;
            if (asked(phrase, first) && asked(phrase, second)) {
                return;
            }
            System.err.println("That is another word. Look at what you wrote down.");
        }
        throw new CommandFailure(
                "the phrase was not confirmed; nothing was set up",
                "Run the command again for a new phrase.",
                SyncStatus.INVALID_PHRASE);
    }

    private static boolean asked(RecoveryPhrase phrase, int index) {
        String answer =
                Ask.line("Word " + (index + 1) + ": ")
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                "the phrase was not confirmed; nothing was set up",
                                                "",
                                                SyncStatus.INVALID_PHRASE));
        return phrase.isWordAt(index, answer);
    }
}
