package dev.roosthold.bench;

import dev.roosthold.history.entry.AuthorKind;
import dev.roosthold.history.entry.CommandEntry;
import dev.roosthold.history.entry.EntryIds;
import dev.roosthold.history.keys.HistoryKeys;
import dev.roosthold.history.keys.KeyFile;
import dev.roosthold.history.keys.RecoveryPhrase;
import dev.roosthold.history.store.EntryState;
import dev.roosthold.history.store.HistoryStore;
import dev.roosthold.history.store.Query;
import dev.roosthold.history.store.StoredEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Queries of the command history on 100,000 entries, and sealing and opening one.
public final class SearchLoad {
    private static final int ENTRIES = 100_000;
    private static final int ROUNDS = 60;
    private static final double BAR_MS = 50;

    private static final String[] WORDS = {
        "git",
        "commit",
        "push",
        "make",
        "test",
        "docker",
        "run",
        "kubectl",
        "get",
        "pods",
        "ls",
        "-la",
        "grep",
        "-rn",
        "src/main",
        "README.md",
        "cargo",
        "build",
        "--release",
        "npm",
        "install",
        "ssh",
        "host",
        "cd",
        "project",
        "vim",
        "config.yaml",
        "tail",
        "-f",
        "/var/log/syslog"
    };

    /// The latest result, so that none is computed for nobody.
    private static volatile @Nullable Object seen;

    private SearchLoad() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("search");
        System.out.printf(
                Locale.ROOT,
                "load %s, %d processors, fsync %.2f ms, %d entries%n",
                Host.loadAverage(),
                Host.processors(),
                Host.fsyncMs(folder),
                ENTRIES);
        boolean met;
        try (HistoryStore store = HistoryStore.open(folder.resolve("history.db"))) {
            long begun = System.nanoTime();
            fill(store);
            System.out.printf(
                    Locale.ROOT,
                    "filled in %.1f s, %d MB%n",
                    (System.nanoTime() - begun) / 1e9,
                    Files.size(store.path()) >> 20);
            System.out.printf("%-40s %10s %10s%n", "query of 50", "p50, ms", "p99, ms");
            met = true;
            for (Map.Entry<String, Query> one : queries().entrySet()) {
                met &=
                        measure(one.getKey(), () -> store.search(one.getValue()).entries().size())
                                < BAR_MS;
            }
        }
        met &= crypto(folder);
        System.out.println(
                (met ? "MET" : "MISSED")
                        + ": the median of every query is below 50 ms, of a seal below 1 ms");
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private static void fill(HistoryStore store) {
        var random = new SplittableRandom(7);
        List<StoredEntry> batch = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            var command = new StringBuilder(WORDS[random.nextInt(WORDS.length)]);
            for (int w = random.nextInt(2, 8); w > 0; w--) {
                command.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
            }
            command.append(' ').append(random.nextInt(5_000));
            boolean agent = random.nextInt(4) == 0;
            batch.add(
                    new StoredEntry(
                            CommandEntry.of(
                                            EntryIds.of("bench", "" + i),
                                            1_700_000_000_000L + random.nextInt(1_000_000_000),
                                            command.toString())
                                    .withText("cwd", Optional.of("/home/a/p" + random.nextInt(50)))
                                    .withText("host", Optional.of("host" + random.nextInt(5)))
                                    .withNumber("exitCode", OptionalLong.of(random.nextInt(10) / 9))
                                    .by(
                                            agent ? AuthorKind.AGENT : AuthorKind.PERSON,
                                            Optional.of(agent ? "claude" : "ada")),
                            EntryState.REMOTE,
                            Optional.empty()));
            if (batch.size() == 10_000) {
                int _ = store.add(batch);
                batch.clear();
            }
        }
        int _ = store.add(batch);
    }

    private static Map<String, Query> queries() {
        Query all = Query.newest(50);
        Map<String, Query> queries = new LinkedHashMap<>();
        queries.put("the newest", all);
        queries.put("a frequent word: git", all.withText("git"));
        queries.put("three words: docker run 17", all.withText("docker run 17"));
        queries.put("a rare word: syslog 4321", all.withText("syslog 4321"));
        queries.put("nothing there: zzzzzz", all.withText("zzzzzz"));
        queries.put("two letters: ls", all.withText("ls"));
        queries.put("two letters, nothing there: zq", all.withText("zq"));
        queries.put("fuzzy: gtcmt", fuzzy(all.withText("gtcmt"), false, Optional.empty()));
        queries.put(
                "fuzzy, nothing there: xqz", fuzzy(all.withText("xqz"), false, Optional.empty()));
        queries.put("each command once: make", distinct(all.withText("make")));
        queries.put(
                "by an agent, failed, in a directory", fuzzy(all, true, Optional.of("/home/a/p7")));
        return queries;
    }

    private static Query fuzzy(Query q, boolean failed, Optional<String> directory) {
        return new Query(
                q.words(),
                !failed,
                q.machine(),
                directory,
                OptionalInt.empty(),
                failed,
                q.author(),
                failed ? Optional.of(AuthorKind.AGENT) : Optional.empty(),
                q.session(),
                q.sinceMs(),
                q.untilMs(),
                q.before(),
                false,
                q.limit());
    }

    private static Query distinct(Query q) {
        return new Query(
                q.words(),
                false,
                q.machine(),
                q.directory(),
                q.exitCode(),
                false,
                q.author(),
                q.authorKind(),
                q.session(),
                q.sinceMs(),
                q.untilMs(),
                q.before(),
                true,
                q.limit());
    }

    private static double measure(String name, Supplier<?> work) {
        for (int i = 0; i < 10; i++) {
            seen = work.get();
        }
        var latencies = new Latencies();
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            seen = work.get();
            latencies.record(System.nanoTime() - start);
        }
        System.out.printf(
                Locale.ROOT,
                "%-40s %10.2f %10.2f%n",
                name,
                latencies.quantileMs(0.5),
                latencies.quantileMs(0.99));
        return latencies.quantileMs(0.5);
    }

    private static boolean crypto(Path folder) {
        try (RecoveryPhrase phrase = RecoveryPhrase.generate(new SecureRandom())) {
            long begun = System.nanoTime();
            var master = phrase.masterKey();
            System.out.printf(
                    Locale.ROOT, "keys of a phrase: %.0f ms%n", (System.nanoTime() - begun) / 1e6);
            new KeyFile(folder.resolve("keys.json")).write(master, List.of());
            try (var keys = new HistoryKeys(master, List.of())) {
                byte[] plaintext = new byte[1000];
                String blob = keys.sealCommand(plaintext);
                return measure("seal 1,000 bytes", () -> keys.sealCommand(plaintext)) < 1
                        & measure("open them", () -> keys.openCommand(blob)) < 1;
            }
        }
    }
}
