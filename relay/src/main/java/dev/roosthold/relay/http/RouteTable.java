package dev.roosthold.relay.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All routes as a tree of segments. Filled before the server starts, read-only afterwards.
final class RouteTable implements Routes {
    /// Longest decoded parameter of a path.
    static final int MAX_PARAMETER = 1024;

    /// A route with the parameters of its path.
    record Match(Route route, Map<String, String> parameters) {}

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();
        @Nullable Node parameter;
        final Map<String, Route> byMethod = new HashMap<>();
    }

    private final Node root;
    private final List<Route> all;
    private final int maxBody;
    private final boolean rawBody;
    private final boolean unrefused;

    RouteTable(int maxBody) {
        this(new Node(), new ArrayList<>(), maxBody, false, false);
    }

    private RouteTable(
            Node root, List<Route> all, int maxBody, boolean rawBody, boolean unrefused) {
        this.root = root;
        this.all = all;
        this.maxBody = maxBody;
        this.rawBody = rawBody;
        this.unrefused = unrefused;
    }

    @Override
    public void open(String method, String path, Handler handler) {
        add(method, path, Route.Access.OPEN, Route.NO_LINK, handler);
    }

    @Override
    public void bearer(String method, String path, Handler handler) {
        add(method, path, Route.Access.BEARER, Route.NO_LINK, handler);
    }

    @Override
    public void accountBearer(String method, String path, Handler handler) {
        add(method, path, Route.Access.ACCOUNT_BEARER, Route.NO_LINK, handler);
    }

    @Override
    public void linkOrBearer(String method, String path, Link link, Handler handler) {
        add(method, path, Route.Access.LINK_OR_BEARER, link, handler);
    }

    @Override
    public Routes withBodyLimit(int bytes) {
        return new RouteTable(root, all, bytes, rawBody, unrefused);
    }

    @Override
    public Routes withRawBody(int maxBytes) {
        return new RouteTable(root, all, maxBytes, true, unrefused);
    }

    @Override
    public Routes neverRefused() {
        return new RouteTable(root, all, maxBody, rawBody, true);
    }

    private void add(String method, String path, Route.Access access, Link link, Handler handler) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with a slash: " + path);
        }
        List<String> segments = List.of(path.substring(1).split("/", -1));
        Node node = root;
        for (String segment : segments) {
            if (!segment.startsWith(":")) {
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            } else if (node.parameter != null) {
                node = node.parameter;
            } else {
                node = node.parameter = new Node();
            }
        }
        var route =
                new Route(
                        method, path, segments, access, maxBody, rawBody, unrefused, link, handler);
        if (node.byMethod.putIfAbsent(method, route) != null) {
            throw new IllegalStateException("two routes for " + method + " " + path);
        }
        all.add(route);
    }

    /// Every route, in the order of registration.
    List<RouteInfo> all() {
        return all.stream().map(RouteInfo::of).toList();
    }

    /// The route for a request, if any. `HEAD` is answered by the route of `GET`.
    Optional<Match> find(String method, Target target) {
        String wanted = method.equals("HEAD") ? "GET" : method;
        List<String> segments = target.segments();
        var parameters = new ArrayList<String>(4);
        Route route = find(root, segments, 0, wanted, parameters);
        if (route == null) {
            return Optional.empty();
        }
        var byName = new HashMap<String, String>();
        int next = 0;
        for (String segment : route.segments()) {
            if (segment.startsWith(":")) {
                byName.put(segment.substring(1), parameters.get(next++));
            }
        }
        return Optional.of(new Match(route, byName));
    }

    private static @Nullable Route find(
            Node node, List<String> segments, int at, String method, List<String> parameters) {
        if (at == segments.size()) {
            return node.byMethod.get(method);
        }
        // Decoded before the comparison: /v1/%6dachines is /v1/machines (RFC 3986, 6.2.2.2).
        String segment = Target.decodeSegment(segments.get(at)).orElse(null);
        if (segment == null) {
            return null;
        }
        Node literal = node.literals.get(segment);
        if (literal != null) {
            Route route = find(literal, segments, at + 1, method, parameters);
            if (route != null) {
                return route;
            }
        }
        if (node.parameter == null || segment.isEmpty() || segment.length() > MAX_PARAMETER) {
            return null;
        }
        parameters.addLast(segment);
        Route route = find(node.parameter, segments, at + 1, method, parameters);
        if (route == null) {
            parameters.removeLast();
        }
        return route;
    }
}
