package dev.roosthold.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Makes the tarball. Run by Maven at the end of `./mvnw -Pdist package`:
///
///     Assemble <folder of this module> <version> <time of every file>
///
/// It takes the jars, the sources of picocli and the bill of materials from `target`, where earlier
/// steps of the build put them, and leaves `roosthold-<version>-<platform>.tar.gz` and its SHA-256
/// beside them.
final class Assemble {
    private static final int WAIT_SECONDS = 60;

    private final Path module;
    private final Path target;
    private final String version;
    private final Instant time;
    private final Path home;

    private Assemble(Path module, String version, Instant time) {
        this.module = module;
        this.target = module.resolve("target");
        this.version = version;
        this.time = time;
        this.home = target.resolve("roosthold-" + version);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        try {
            new Assemble(Path.of(args[0]), args[1], Instant.parse(args[2])).run();
        } catch (BuildException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException, InterruptedException {
        Folder.delete(home);
        Path work = target.resolve("work");
        Folder.delete(work);
        Folder.copy(module.resolve("src/install"), home);
        var bill = new BillOfMaterials(target.resolve("java.json"));
        List<Path> jars =
                new Libraries(home.resolve("lib"), time)
                        .ship(
                                listed(bill.jars(), target.resolve("jars")),
                                onlyFile(target.resolve("sources")),
                                work);
        Set<String> modules = RuntimeImage.make(jars, home.resolve("runtime"));
        writeLicences(bill, modules);
        for (String shell : List.of("bash", "zsh", "fish")) {
            String name =
                    switch (shell) {
                        case "zsh" -> "_roost";
                        case "fish" -> "roost.fish";
                        default -> "roost";
                    };
            roost(
                    home.resolve("share/completions").resolve(shell).resolve(name),
                    jars,
                    "completion",
                    shell);
        }
        roost(home.resolve("share/man/man1/roost.1"), jars, "man-page");
        StartupArchive.make(home, jars, module.resolve("src/startup-classes"), time);
        // Last, because it is taken of everything else.
        Files.writeString(home.resolve("lib/build-id"), digestOf(home) + "\n");
        pack();
    }

    private void writeLicences(BillOfMaterials bill, Set<String> modules) throws IOException {
        Path checkout = module.toAbsolutePath().normalize().resolve("..").normalize();
        Files.copy(checkout.resolve("LICENSE"), home.resolve("LICENSE"));
        List<Part> java =
                new JavaParts(
                                checkout.resolve("LICENSE"),
                                module.resolve("src/licenses"),
                                target.resolve("jars"))
                        .of(bill.bill());
        List<Part> page = PageParts.of(checkout.resolve("web"));
        Licenses.write(home, java, page);
        bill.dropDigestsOf("dev.roosthold");
        bill.addPage(page);
        bill.addRuntime(Runtime.version().toString(), System.getProperty("java.vendor"), modules);
        bill.write(home.resolve("share/sbom/roosthold.cdx.json"));
    }

    /// Runs the command with the new runtime, which also shows that it works, and keeps what it
    /// prints.
    private void roost(Path file, List<Path> jars, String... arguments)
            throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        List<String> command = new ArrayList<>();
        command.add(home.resolve("runtime/bin/java").toString());
        command.add("-Dfile.encoding=UTF-8");
        command.add("-Dstdout.encoding=UTF-8");
        command.add("-Duser.language=en");
        command.add("-Duser.home=" + target.resolve("nobody"));
        command.add("-cp");
        command.add(String.join(":", jars.stream().map(Path::toString).toList()));
        command.add("dev.roosthold.cli.Main");
        command.addAll(List.of(arguments));
        var builder =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectOutput(file.toFile());
        builder.environment()
                .keySet()
                .removeIf(
                        name ->
                                name.startsWith("ROOST_")
                                        || name.equals("COLUMNS")
                                        || name.endsWith("JAVA_OPTIONS")
                                        || name.equals("JAVA_TOOL_OPTIONS"));
        Process process = builder.start();
        if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new BuildException("this did not end: " + command);
        }
        if (process.exitValue() != 0) {
            throw new BuildException("this failed: " + command);
        }
    }

    private void pack() throws IOException {
        Path archive =
                target.resolve("roosthold-" + version + "-" + Platform.current() + ".tar.gz");
        TarGz.write(home, home.getFileName().toString(), time, archive);
        String sum = HexFormat.of().formatHex(sha256().digest(Files.readAllBytes(archive)));
        Files.writeString(
                archive.resolveSibling(archive.getFileName() + ".sha256"),
                sum + "  " + archive.getFileName() + "\n");
        System.out.printf("%s: %,d bytes, SHA-256 %s%n", archive, Files.size(archive), sum);
    }

    /// What a start-up cache is valid for: the content of runtime and libraries.
    private static String digestOf(Path home) throws IOException {
        MessageDigest digest = sha256();
        for (Path file : Folder.content(home)) {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                digest.update(Folder.name(home, file).getBytes(StandardCharsets.UTF_8));
                digest.update(sha256().digest(Files.readAllBytes(file)));
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Without what an earlier build left in the folder; our own first, the command before all: to
    /// find a resource the runtime opens one jar after the other.
    private static List<Path> listed(Set<String> names, Path folder) throws IOException {
        return Folder.files(folder).stream()
                .filter(jar -> names.contains(jar.getFileName().toString()))
                .sorted(
                        Comparator.comparing(Assemble::isForeign)
                                .thenComparing(jar -> !name(jar).startsWith("roosthold-cli-"))
                                .thenComparing(Assemble::name))
                .toList();
    }

    private static boolean isForeign(Path jar) {
        return !name(jar).startsWith("roosthold-");
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static Path onlyFile(Path folder) throws IOException {
        List<Path> files = Folder.files(folder);
        if (files.size() != 1) {
            throw new BuildException("one file was expected in " + folder + ": " + files);
        }
        return files.getFirst();
    }
}
