package dev.roosthold.relay.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The browser UI from a folder of the class path. Files are read once and kept, with their
/// compressed form; there are as many as the folder holds. Thread-safe.
final class WebFiles {
    private static final String INDEX = "index.html";

    /// How the built page names its own files.
    private static final String RELATIVE = "\"./";

    /// Deeper addresses are none of the page's.
    private static final int MAX_DEPTH = 16;

    /// First segments that belong to the API: an unknown route below them is an error for programs,
    /// never a page.
    private static final Set<String> API = Set.of("v1", "v2", "v3", "files", "health", "metrics");

    /// No `..`, nothing hidden, no other separator than the slash; a folder has no extension.
    private static final Pattern FILE =
            Pattern.compile("(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][\\w-]*(?:\\.[\\w-]+)+");

    private final ClassLoader loader;
    private final String folder;
    private final boolean present;
    private final Map<String, WebFile> kept = new ConcurrentHashMap<>();
    private final Map<Integer, WebFile> pages = new ConcurrentHashMap<>();

    /// @param folder on the class path, ending with a slash
    WebFiles(ClassLoader loader, String folder) {
        this(loader, folder, loader.getResource(folder + INDEX) != null);
    }

    private WebFiles(ClassLoader loader, String folder, boolean present) {
        this.loader = loader;
        this.folder = folder;
        this.present = present;
    }

    /// No browser UI.
    static WebFiles none() {
        return new WebFiles(WebFiles.class.getClassLoader(), "", false);
    }

    /// The start page; empty when the program was built without the UI.
    Optional<Response> index(Map<String, String> headers) {
        return index(headers, 1);
    }

    /// The page for an address of so many segments. Its files are named relative to that address,
    /// so that it works under whatever path a proxy puts in front, known here or not.
    private Optional<Response> index(Map<String, String> headers, int depth) {
        if (!present || depth > MAX_DEPTH) {
            return Optional.empty();
        }
        WebFile known = pages.get(depth);
        Optional<WebFile> page =
                known != null ? Optional.of(known) : load(INDEX).map(file -> page(file, depth));
        return page.map(file -> file.answer(headers));
    }

    private WebFile page(WebFile index, int depth) {
        return pages.computeIfAbsent(
                depth,
                _ -> {
                    String text = new String(index.plain(), StandardCharsets.UTF_8);
                    String up = '"' + (depth == 1 ? "./" : "../".repeat(depth - 1));
                    return WebFile.of(
                            INDEX, text.replace(RELATIVE, up).getBytes(StandardCharsets.UTF_8));
                });
    }

    /// A route for a file, or for a path that the UI itself understands.
    Optional<RouteTable.Match> find(String method, Target target, HttpHeaders headers) {
        boolean get = method.equals("GET") || method.equals("HEAD");
        List<String> segments = target.segments();
        if (!present || !get || API.contains(segments.getFirst())) {
            return Optional.empty();
        }
        String path = String.join("/", segments);
        boolean page = Accept.namesHtml(headers.get(HttpHeaderNames.ACCEPT, ""));
        boolean file = FILE.matcher(path).matches();
        boolean asset = segments.getFirst().equals("assets");
        if (!file && (!page || asset)) {
            return Optional.empty();
        }
        Routes.Handler handler =
                request -> {
                    Optional<Response> found =
                            file
                                    ? load(path).map(f -> f.answer(request.headers()))
                                    : Optional.empty();
                    if (found.isEmpty() && page && !asset) {
                        found = index(request.headers(), segments.size());
                    }
                    return found.orElseGet(() -> Failures.notFound(method, target));
                };
        var route = new Route("GET", "(web)", segments, Route.Access.OPEN, 0, handler);
        return Optional.of(new RouteTable.Match(route, Map.of()));
    }

    private Optional<WebFile> load(String path) {
        WebFile known = kept.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        try (InputStream in = loader.getResourceAsStream(folder + path)) {
            if (in == null) {
                return Optional.empty();
            }
            return Optional.of(kept.computeIfAbsent(path, _ -> WebFile.of(path, readAll(in))));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] readAll(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
