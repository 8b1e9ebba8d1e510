package dev.roosthold.daemon.git;

import dev.roosthold.daemon.roots.Directory;
import dev.roosthold.daemon.roots.Place;
import dev.roosthold.daemon.roots.Roots;
import dev.roosthold.daemon.rpc.MethodFailure;
import dev.roosthold.daemon.rpc.Params;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.shell.ProcessTree;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `git-clone {url, path, streamId?}`: `{success, path}`.
///
/// The directory above must be inside the roots, the last name free or an empty directory. A clone
/// that is quick is answered with its result. One that takes longer than callers wait is answered
/// with `{success:true, pending:true}` and goes on; how it ends is told by the last frame of the
/// stream. Frames: `{type:"progress", phase, percent}`, at most about four in a second, then one
/// `{type:"done", success, path}` or `{type:"failed", success, error}`.
///
/// git asks nobody for a password, runs no hooks of the clone, fetches no submodules, and may use
/// the one protocol of the address only, also after a redirect.
final class GitClone implements RpcMethod {
    private static final int MAX_AT_ONCE = 4;
    private static final int MAX_STREAM_ID = 256;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
    private static final Duration MAX_TIME = Duration.ofMinutes(30);

    /// For git to remove what it has begun.
    private static final Duration TO_END = Duration.ofSeconds(1);

    private final Supplier<Roots> roots;
    private final ProgressStream stream;
    private final Duration answerWithin;
    private final Semaphore room = new Semaphore(MAX_AT_ONCE);
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    GitClone(Supplier<Roots> roots, ProgressStream stream) {
        this(roots, stream, ANSWER_WITHIN);
    }

    GitClone(Supplier<Roots> roots, ProgressStream stream, Duration answerWithin) {
        this.roots = roots;
        this.stream = stream;
        this.answerWithin = answerWithin;
    }

    @Override
    public JsonNode answer(Params params) throws IOException, InterruptedException {
        Roots now = roots.get();
        Optional<String> streamId = params.optionalText("streamId");
        if (streamId.isPresent()
                && (streamId.get().isEmpty() || streamId.get().length() > MAX_STREAM_ID)) {
            throw new MethodFailure("streamId must have 1 to " + MAX_STREAM_ID + " characters");
        }
        GitAddress address = GitAddress.of(params.text("url"), now);
        Path target;
        try (Place place = now.resolve(params.text("path"))) {
            requireFree(place);
            target = place.real();
        }
        if (!room.tryAcquire()) {
            throw new MethodFailure("Too many clones at the same time");
        }
        CompletableFuture<ObjectNode> end = new CompletableFuture<>();
        CloneReport report = new CloneReport(stream, streamId);
        Thread thread =
                Thread.ofVirtual()
                        .name("roost-clone")
                        .unstarted(() -> carryOut(now, address, target, report, end));
        running.add(thread);
        thread.start();
        try {
            return end.get(answerWithin.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("success", true)
                    .put("pending", true)
                    .put("path", target.toString());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a clone always ends with a result", e);
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        }
    }

    private static void requireFree(Place place) throws IOException {
        if (!place.exists()) {
            return;
        }
        if (!place.directory().attributes(place.name()).isDirectory()) {
            throw new MethodFailure("It exists already and is no directory");
        }
        try (Directory directory = place.openDirectory()) {
            if (directory.names().hasNext()) {
                throw new MethodFailure("The directory is not empty");
            }
        }
    }

    private void carryOut(
            Roots now,
            GitAddress address,
            Path target,
            CloneReport report,
            CompletableFuture<ObjectNode> end) {
        ObjectNode result = failed("The clone failed");
        try {
            result = run(now, address, target, report);
        } catch (InterruptedException _) {
            result = failed("The machine daemon is stopping");
        } catch (IOException _) {
            result = failed("git could not be started on this machine");
        } finally {
            running.remove(Thread.currentThread());
            room.release();
            // The last frame is on its way before the answer.
            try {
                report.finish(result);
            } finally {
                end.complete(result);
            }
        }
    }

    private ObjectNode run(Roots now, GitAddress address, Path target, CloneReport report)
            throws IOException, InterruptedException {
        Path above = target.getParent();
        Path name = target.getFileName();
        if (above == null || name == null) {
            return failed("The path cannot be cloned to");
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                                "git",
                                "-c",
                                "core.hooksPath=/dev/null",
                                "-c",
                                "protocol.ext.allow=never",
                                "-c",
                                "core.askPass=",
                                "clone",
                                "--progress",
                                "--no-recurse-submodules",
                                "--no-hardlinks",
                                "--",
                                address.text(),
                                "./" + name)
                        .directory(above.toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        File nothing = new File("/dev/null");
        if (nothing.exists()) {
            builder.redirectInput(nothing);
        }
        Map<String, String> environment = builder.environment();
        List.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_ASKPASS", "SSH_ASKPASS")
                .forEach(environment::remove);
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_ALLOW_PROTOCOL", address.protocol());
        environment.put("LC_ALL", "C.UTF-8");
        environment.putIfAbsent("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        ProcessTree tree = ProcessTree.start(builder);
        Process git = tree.leader();
        boolean ended;
        Thread reader =
                Thread.ofVirtual()
                        .name("roost-clone-output")
                        .start(() -> read(git.getErrorStream(), report));
        try {
            ended = git.waitFor(MAX_TIME.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            end(tree);
        }
        boolean _ = reader.join(TO_END);
        if (!ended) {
            return failed("The clone took too long");
        }
        if (git.exitValue() != 0) {
            String complaint = report.complaint();
            return failed(
                    complaint.isEmpty()
                            ? "git failed with exit code " + git.exitValue()
                            : complaint);
        }
        // git works with paths: make sure that they still meant what was checked.
        if (!now.directory(target.toString()).equals(target)) {
            return failed("The directory was replaced during the clone");
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("success", true)
                .put("path", target.toString());
    }

    private static void read(InputStream stream, CloneReport report) {
        try (InputStream in = new BufferedInputStream(stream)) {
            for (int c; (c = in.read()) >= 0; ) {
                report.take(c);
            }
            report.take('\n');
        } catch (IOException _) {
            // Closed because git is gone.
        }
    }

    /// With a moment for git to clean up. Keeps the interrupt for later.
    private static void end(ProcessTree tree) {
        boolean interrupted = Thread.interrupted();
        if (tree.leader().isAlive()) {
            tree.terminate();
            try {
                boolean _ = tree.leader().waitFor(TO_END.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        tree.kill();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public ObjectNode failed(String text) {
        return JsonNodeFactory.instance.objectNode().put("success", false).put("error", text);
    }

    /// Ends all clones that still run.
    void close() throws InterruptedException {
        running.forEach(Thread::interrupt);
        long end = System.nanoTime() + TO_END.multipliedBy(2).toNanos();
        for (Thread thread : running) {
            long left = end - System.nanoTime();
            if (left <= 0 || !thread.join(Duration.ofNanos(left))) {
                return;
            }
        }
    }
}
