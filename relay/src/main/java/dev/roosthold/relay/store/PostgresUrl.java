package dev.roosthold.relay.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Address of a PostgreSQL database: `postgresql://user:password@host:port/database?sslmode=...`,
/// as other programs have it in `DATABASE_URL`. Prints nothing, because a password may be in it.
public final class PostgresUrl {
    private static final int USUAL_PORT = 5432;

    /// The server commits for all connections at once, so that more of them help only where it is
    /// far away.
    private static final int USUAL_POOL = 8;

    private static final int LARGEST_POOL = 64;
    private static final String FORM =
            "It looks like postgresql://user@host:5432/database?sslmode=require";
    private static final String ENCODED =
            "In a password, other characters than letters and digits are written as %XX.";

    private final String host;
    private final int port;
    private final String database;
    private final String user;
    private final Optional<String> password;
    private final Map<String, String> parameters;
    private final int pool;

    /// The text is no such address. Repeats nothing of it.
    public static final class Malformed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final String advice;

        private Malformed(String what, String advice) {
            super(what);
            this.advice = advice;
        }

        /// What to do, one or more lines.
        public String advice() {
            return advice;
        }
    }

    private PostgresUrl(
            String host,
            int port,
            String database,
            String user,
            Optional<String> password,
            Map<String, String> parameters) {
        this.host = host;
        this.port = port;
        this.database = database;
        this.user = user;
        this.password = password;
        this.parameters = parameters;
        this.pool = pool(parameters.get("pool"));
    }

    private static int pool(@Nullable String text) {
        if (text == null) {
            return USUAL_POOL;
        }
        try {
            int size = Integer.parseInt(text);
            if (size >= 1 && size <= LARGEST_POOL) {
                return size;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new Malformed(
                "the pool of the database address is no number from 1 to " + LARGEST_POOL,
                "It says how many connections write at the same time; without it there are "
                        + USUAL_POOL
                        + ".");
    }

    public static boolean isOne(String source) {
        return source.startsWith("postgres://") || source.startsWith("postgresql://");
    }

    /// Takes an address apart.
    ///
    /// @throws Malformed when it is no such address; without any part of it
    public static PostgresUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new Malformed("the database address cannot be read", FORM + "\n" + ENCODED);
        }
        String host = uri.getHost();
        String path = uri.getPath();
        if (host == null || path == null || path.length() < 2) {
            throw new Malformed("the database address lacks a host or a database", FORM);
        }
        String raw = uri.getRawPath();
        if (raw.indexOf('/', 1) > 0 || raw.indexOf('@') > 0) {
            // A password with a slash in it looks so; then a part of it would be the database.
            throw new Malformed(
                    "the database address cannot be read: there is more than one / behind the host",
                    FORM + "\n" + ENCODED);
        }
        String info = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = info.indexOf(':');
        String user = decoded(colon < 0 ? info : info.substring(0, colon));
        return new PostgresUrl(
                host,
                uri.getPort() < 0 ? USUAL_PORT : uri.getPort(),
                path.substring(1),
                user.isEmpty() ? System.getProperty("user.name") : user,
                colon < 0 ? Optional.empty() : Optional.of(decoded(info.substring(colon + 1))),
                parameters(uri.getRawQuery() == null ? "" : uri.getRawQuery()));
    }

    public PostgresUrl withPassword(String value) {
        return new PostgresUrl(host, port, database, user, Optional.of(value), parameters);
    }

    public Optional<String> password() {
        return password;
    }

    /// The schema; Prisma keeps its name in the address.
    public String schema() {
        return parameters.getOrDefault("schema", "public");
    }

    /// Connections through which one relay writes, 1 to 64.
    int pool() {
        return pool;
    }

    /// Host and port, for messages.
    public String place() {
        return host + ":" + port;
    }

    /// Address for the driver, without user and password.
    public String jdbc() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + encoded(database);
    }

    /// For the driver: only what is named here, as some of its settings load classes.
    public Properties properties() {
        var properties = new Properties();
        properties.setProperty("user", user);
        for (String name : new String[] {"sslmode", "sslrootcert", "sslcert", "sslkey"}) {
            String value = parameters.get(name);
            if (value != null) {
                properties.setProperty(name, value);
            }
        }
        return properties;
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new HashMap<String, String>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    /// A plus is a plus in an address of a database.
    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Malformed("the database address has a broken percent sign", FORM);
        }
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
