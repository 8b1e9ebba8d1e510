package dev.roosthold.jazz.peers;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both libraries come to the same, whatever is edited.
final class EditScriptsTest {
    @Test
    void sixtyScriptsEndInEqualStates(@TempDir Path folder) {
        run(folder, 0, 60);
    }

    @Test
    @Tag("soak")
    void aThousandScriptsEndInEqualStates(@TempDir Path folder) {
        for (int from = 0; from < 1000; from += 100) {
            run(folder.resolve("run" + from), from, 100);
        }
    }

    private static void run(Path folder, int from, int count) {
        folder.toFile().mkdirs();
        Path npm = NpmPackages.folder(Path.of("."));
        try (JsRelay relay = JsRelay.start(npm, folder.resolve("relay.db"), 0)) {
            EditScripts.run(npm, relay.address(), from, count);
        }
    }
}
