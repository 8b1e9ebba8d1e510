package dev.roosthold.daemon.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/// A program and everything that it starts.
///
/// Who belongs to it: on Linux, whoever is in its session (the program is started in one of its
/// own), or carries its mark in the environment, which children inherit; so a process that has left
/// the session and whose parent is gone is still found. Elsewhere: the descendants that can be
/// reached from the program while it lives.
public final class ProcessTree {
    private static final Path PROC = Path.of("/proc");
    private static final boolean LINUX = Files.isReadable(PROC.resolve("self/stat"));
    private static final List<Path> SETSID =
            List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
    private static final String MARK = "ROOST_CALL";
    private static final int MAX_ROUNDS = 50;
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final int MAX_ENVIRONMENT = 4 << 20;

    private final String mark;
    private final Process leader;

    private ProcessTree(String mark, Process leader) {
        this.mark = mark;
        this.leader = leader;
    }

    /// Starts the builder's command, which is changed for it.
    public static ProcessTree start(ProcessBuilder builder) throws IOException {
        return start(builder, newMark());
    }

    /// A mark that nobody else has. Kept before the start, it lets a later run of this program find
    /// what an earlier one has left behind.
    public static String newMark() {
        return UUID.randomUUID().toString();
    }

    /// As [#start(ProcessBuilder)]. Programs with the same mark are one tree: ending one of them
    /// ends all.
    ///
    /// @param id from [#newMark]
    public static ProcessTree start(ProcessBuilder builder, String id) throws IOException {
        Map<String, String> environment = builder.environment();
        // What configures this program may be secret, and is nothing to others.
        environment.keySet().removeIf(name -> name.startsWith("ROOST_"));
        environment.put(MARK, id);
        for (Path setsid : SETSID) {
            if (Files.isExecutable(setsid)) {
                List<String> command = new ArrayList<>(builder.command());
                command.addFirst(setsid.toString());
                builder.command(command);
                break;
            }
        }
        return new ProcessTree(MARK + "=" + id, builder.start());
    }

    public Process leader() {
        return leader;
    }

    /// Asks the program itself to end.
    public void terminate() {
        leader.destroy();
    }

    /// When the operating system says that it started, in Unix milliseconds; 0 when it does not
    /// say. With the pid it names a process for ever.
    public static long startedAtMs(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /// Ends what an earlier run of this program has left. On Linux, everything with one of these
    /// marks; elsewhere, what descends from the program with this pid, if it still is that one.
    ///
    /// @param marks from [#newMark]
    public static void endLeftovers(Set<String> marks, Map<Long, Long> startedAtMsByPid) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<ProcessHandle> left = new ArrayList<>();
            startedAtMsByPid.forEach(
                    (pid, startedAt) ->
                            ProcessHandle.of(pid)
                                    .filter(one -> startedAt != 0 && startedAtMs(one) == startedAt)
                                    .ifPresent(
                                            one -> {
                                                left.addAll(one.descendants().toList());
                                                left.add(one);
                                            }));
            if (LINUX && !marks.isEmpty()) {
                addMarked(left, marks);
            }
            // This program may itself have been started by an agent of before.
            left.removeIf(one -> !one.isAlive() || one.pid() == ProcessHandle.current().pid());
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static void addMarked(List<ProcessHandle> left, Set<String> marks) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path process : all) {
                if (marks.stream().anyMatch(id -> hasMark(process, MARK + "=" + id))
                        && !isGone(process)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(left::add);
                }
            }
        } catch (IOException | NumberFormatException _) {
            // What was found so far counts.
        }
    }

    private static boolean isGone(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state == 'Z' || state == 'X';
        } catch (IOException | IndexOutOfBoundsException _) {
            return true;
        }
    }

    /// Ends all at once. When this returns none is left that could be found.
    public void kill() {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<ProcessHandle> members = members();
            if (members.isEmpty()) {
                return;
            }
            members.forEach(ProcessHandle::destroyForcibly);
            // The killed are listed until the system has taken them away.
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private List<ProcessHandle> members() {
        List<ProcessHandle> members = new ArrayList<>(leader.descendants().toList());
        if (leader.isAlive()) {
            members.add(leader.toHandle());
        }
        if (LINUX) {
            addFromProc(members);
        }
        return members;
    }

    private void addFromProc(List<ProcessHandle> members) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path process : all) {
                if (belongs(process)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(members::add);
                }
            }
        } catch (IOException | NumberFormatException _) {
            // What was found so far counts.
        }
    }

    private boolean belongs(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The name before may hold anything, blanks and brackets too.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
            if (fields[0].equals("Z") || fields[0].equals("X")) {
                return false;
            }
            return fields[3].equals(Long.toString(leader.pid())) || hasMark(process, mark);
        } catch (IOException | IndexOutOfBoundsException _) {
            return false;
        }
    }

    private static boolean hasMark(Path process, String mark) {
        try (var in = Files.newInputStream(process.resolve("environ"))) {
            String environment =
                    new String(in.readNBytes(MAX_ENVIRONMENT), StandardCharsets.ISO_8859_1);
            return ("\0" + environment).contains("\0" + mark + "\0");
        } catch (IOException _) {
            // Another user's, or gone.
            return false;
        }
    }
}
