package dev.roosthold.dist;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.sqlite.util.LibraryLoaderUtil;

/// The jars of the program as they are shipped. Three of other projects are changed, which their
/// licences allow and [#CHANGES] tells:
///
/// - classes of a version below Java 6 and classes of signed jars are left out of the start-up
///   cache; that costs 0.1 s at each start. So picocli is compiled again and the signature of the
///   Bouncy Castle provider, which is only needed for use through the JCE, is dropped.
/// - nothing here uses Bouncy Castle through the JCE. But Java looks for providers that its
///   settings name and that the trimmed runtime does not have, and on the way makes each one that a
///   jar announces: 650 classes and 5 MB in every process. So it is not announced.
/// - sqlite-jdbc carries its native library for 20 platforms and unpacks the right one at run time.
///   Here it lies beside the jar.
final class Libraries {
    /// By the beginning of the jar's name.
    static final Map<String, String> CHANGES =
            Map.of(
                    "bcprov-", "without the signature of the jar, and not announced to the JCE",
                    "picocli-", "compiled from its unchanged source for Java 25",
                    "sqlite-jdbc-", "without the native libraries, of which one lies beside it");

    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private static final Predicate<String> SIGNATURE =
            name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

    private static final Predicate<String> ANNOUNCED =
            "META-INF/services/java.security.Provider"::equals;

    private static final Predicate<String> NATIVE = name -> name.startsWith("org/sqlite/native/");

    private final Path target;
    private final LocalDateTime time;

    Libraries(Path target, Instant time) {
        this.target = target;
        this.time = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    }

    /// Puts them into the folder, with the list `class-path`.
    ///
    /// @param jars in the order of the class path
    /// @param sources the sources of picocli
    /// @param work a folder for what is in between
    /// @return what is shipped for them, in the same order
    List<Path> ship(List<Path> jars, Path sources, Path work) throws IOException {
        Files.createDirectories(target);
        List<Path> shipped = new ArrayList<>();
        for (Path jar : jars) {
            String name = jar.getFileName().toString();
            Path copy = target.resolve(name);
            if (name.startsWith("picocli-")) {
                compile(jar, sources, work.resolve("picocli"), copy);
            } else if (name.startsWith("bcprov-")) {
                Map<String, byte[]> content = read(jar, SIGNATURE.or(ANNOUNCED).negate());
                content.computeIfPresent(MANIFEST, (_, bytes) -> withoutDigests(bytes));
                pack(content, copy);
            } else if (name.startsWith("sqlite-jdbc-")) {
                pack(read(jar, NATIVE.negate()), copy);
                unpackLibrary(jar);
            } else if (name.startsWith("roosthold-")) {
                // Maven's jar tells on which Java Maven ran, and the permissions of the files.
                Map<String, byte[]> content = read(jar, _ -> true);
                content.computeIfPresent(MANIFEST, (_, bytes) -> withoutBuilder(bytes));
                pack(content, copy);
            } else {
                Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            shipped.add(copy);
        }
        Files.writeString(
                target.resolve("class-path"),
                String.join("", shipped.stream().map(jar -> jar.getFileName() + "\n").toList()));
        return shipped;
    }

    private void compile(Path jar, Path sources, Path work, Path copy) throws IOException {
        Path classes = Files.createDirectories(work.resolve("classes"));
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--release",
                                "25",
                                "-proc:none",
                                "-nowarn",
                                "-XDsuppressNotes",
                                "-g:source,lines",
                                "-d",
                                classes.toString()));
        for (Map.Entry<String, byte[]> source :
                read(sources, name -> name.endsWith(".java")).entrySet()) {
            Path file = work.resolve("source").resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, source.getValue());
            arguments.add(file.toString());
        }
        RuntimeImage.run("javac", arguments.toArray(String[]::new));
        Map<String, byte[]> content =
                read(jar, name -> !name.endsWith(".class") || name.equals("module-info.class"));
        for (Path file : Folder.content(classes)) {
            if (Files.isRegularFile(file)) {
                content.put(Folder.name(classes, file), Files.readAllBytes(file));
            }
        }
        pack(content, copy);
    }

    /// The main section alone; the others hold digests of 4,000 files.
    private static byte[] withoutDigests(byte[] manifest) {
        String text = new String(manifest, StandardCharsets.UTF_8).replace("\r\n", "\n");
        int end = text.indexOf("\n\n");
        return (end < 0 ? text : text.substring(0, end + 2)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] withoutBuilder(byte[] manifest) {
        return new String(manifest, StandardCharsets.UTF_8)
                .replaceAll("(?m)^Build-[A-Za-z-]*: .*\\R", "")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void unpackLibrary(Path jar) throws IOException {
        String name = LibraryLoaderUtil.getNativeLibName();
        String inside =
                LibraryLoaderUtil.getNativeLibResourcePath().replaceFirst("^/", "") + "/" + name;
        byte[] library = read(jar, inside::equals).get(inside);
        if (library == null) {
            throw new BuildException("there is no " + inside + " in " + jar);
        }
        Path file = target.resolve(name);
        Files.write(file, library);
    }

    /// The files of a jar by name, without entries of folders.
    static Map<String, byte[]> read(Path jar, Predicate<String> wanted) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                if (!entry.isDirectory() && wanted.test(entry.getName())) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        content.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return content;
    }

    private void pack(Map<String, byte[]> content, Path jar) throws IOException {
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(jar));
                ZipOutputStream zip = new ZipOutputStream(file)) {
            // The manifest comes first, where readers of a stream look for it.
            byte[] manifest = content.get(MANIFEST);
            if (manifest != null) {
                put(zip, MANIFEST, manifest);
            }
            for (Map.Entry<String, byte[]> entry : content.entrySet()) {
                if (!entry.getKey().equals(MANIFEST)) {
                    put(zip, entry.getKey(), entry.getValue());
                }
            }
        }
    }

    private void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(time);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
