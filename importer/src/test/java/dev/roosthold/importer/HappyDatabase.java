package dev.roosthold.importer;

import dev.roosthold.protocol.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// The tables of a happy server, as its migrations make them, and dumps of them as pg_dump writes
/// them. The definitions are pg_dump's own form, so that they can stand in a dump too.
final class HappyDatabase {
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private static final String STATUS =
            """
            CREATE TYPE public."RelationshipStatus" AS ENUM (
                'none',
                'requested',
                'pending',
                'friend',
                'rejected'
            );
            """;

    /// Columns with their types by table, in the order of pg_dump: by name.
    static final Map<String, List<String>> TABLES = tables();

    private HappyDatabase() {}

    private static Map<String, List<String>> tables() {
        var tables = new LinkedHashMap<String, List<String>>();
        String times =
                "\"createdAt\" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL\n"
                        + "\"updatedAt\" timestamp(3) without time zone NOT NULL";
        define(
                tables,
                "AccessKey",
                """
                id text NOT NULL
                "accountId" text NOT NULL
                "machineId" text NOT NULL
                "sessionId" text NOT NULL
                data text NOT NULL
                "dataVersion" integer DEFAULT 0 NOT NULL
                """
                        + times);
        define(
                tables,
                "Account",
                """
                id text NOT NULL
                "publicKey" text NOT NULL
                seq integer DEFAULT 0 NOT NULL
                "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
                "updatedAt" timestamp(3) without time zone NOT NULL
                settings text
                "settingsVersion" integer DEFAULT 0 NOT NULL
                "githubUserId" text
                avatar jsonb
                "firstName" text
                "lastName" text
                username text
                "feedSeq" bigint DEFAULT 0 NOT NULL
                """);
        define(
                tables,
                "AccountPushToken",
                "id text NOT NULL\n\"accountId\" text NOT NULL\ntoken text NOT NULL\n" + times);
        define(
                tables,
                "Artifact",
                """
                id text NOT NULL
                "accountId" text NOT NULL
                header bytea NOT NULL
                "headerVersion" integer DEFAULT 0 NOT NULL
                body bytea NOT NULL
                "bodyVersion" integer DEFAULT 0 NOT NULL
                "dataEncryptionKey" bytea NOT NULL
                seq integer DEFAULT 0 NOT NULL
                """
                        + times);
        define(
                tables,
                "Machine",
                """
                id text NOT NULL
                "accountId" text NOT NULL
                metadata text NOT NULL
                "metadataVersion" integer DEFAULT 0 NOT NULL
                "daemonState" text
                "daemonStateVersion" integer DEFAULT 0 NOT NULL
                "dataEncryptionKey" bytea
                seq integer DEFAULT 0 NOT NULL
                active boolean DEFAULT true NOT NULL
                "lastActiveAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
                """
                        + times);
        define(
                tables,
                "ServiceAccountToken",
                """
                id text NOT NULL
                "accountId" text NOT NULL
                vendor text NOT NULL
                token bytea NOT NULL
                metadata jsonb
                "lastUsedAt" timestamp(3) without time zone
                """
                        + times);
        define(
                tables,
                "Session",
                """
                id text NOT NULL
                tag text NOT NULL
                "accountId" text NOT NULL
                metadata text NOT NULL
                "metadataVersion" integer DEFAULT 0 NOT NULL
                "agentState" text
                "agentStateVersion" integer DEFAULT 0 NOT NULL
                "dataEncryptionKey" bytea
                seq integer DEFAULT 0 NOT NULL
                active boolean DEFAULT true NOT NULL
                "lastActiveAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
                """
                        + times);
        define(
                tables,
                "SessionMessage",
                """
                id text NOT NULL
                "sessionId" text NOT NULL
                "localId" text
                seq integer NOT NULL
                content jsonb NOT NULL
                """
                        + times);
        define(
                tables,
                "TerminalAuthRequest",
                """
                id text NOT NULL
                "publicKey" text NOT NULL
                "supportsV2" boolean DEFAULT false NOT NULL
                response text
                "responseAccountId" text
                """
                        + times);
        define(
                tables,
                "UploadedFile",
                """
                id text NOT NULL
                "accountId" text NOT NULL
                path text NOT NULL
                width integer
                height integer
                thumbhash text
                "reuseKey" text
                """
                        + times);
        define(
                tables,
                "UsageReport",
                """
                id text NOT NULL
                key text NOT NULL
                "accountId" text NOT NULL
                "sessionId" text
                data jsonb NOT NULL
                """
                        + times);
        define(
                tables,
                "UserFeedItem",
                """
                id text NOT NULL
                "userId" text NOT NULL
                counter bigint NOT NULL
                "repeatKey" text
                body jsonb NOT NULL
                """
                        + times);
        define(
                tables,
                "UserKVStore",
                """
                id text NOT NULL
                "accountId" text NOT NULL
                key text NOT NULL
                value bytea
                version integer DEFAULT 0 NOT NULL
                """
                        + times);
        define(
                tables,
                "UserRelationship",
                """
                "fromUserId" text NOT NULL
                "toUserId" text NOT NULL
                status public."RelationshipStatus" DEFAULT 'pending'::public."RelationshipStatus" NOT NULL
                "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
                "updatedAt" timestamp(3) without time zone NOT NULL
                "acceptedAt" timestamp(3) without time zone
                "lastNotifiedAt" timestamp(3) without time zone
                """);
        return tables;
    }

    private static void define(Map<String, List<String>> tables, String name, String columns) {
        tables.put(name, columns.lines().toList());
    }

    static List<String> columns(String table) {
        return TABLES.getOrDefault(table, List.of()).stream()
                .map(column -> column.substring(0, column.indexOf(' ')).replace("\"", ""))
                .toList();
    }

    private static String definition(String table) {
        return "CREATE TABLE public."
                + HappyTable.quoted(table)
                + " (\n    "
                + String.join(",\n    ", TABLES.getOrDefault(table, List.of()))
                + "\n);\n";
    }

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(STATUS);
            for (String table : TABLES.keySet()) {
                statement.execute(definition(table));
            }
            for (String unique :
                    List.of(
                            "\"Account\" (\"publicKey\")",
                            "\"Account\" (username)",
                            "\"SessionMessage\" (id)",
                            "\"SessionMessage\" (\"sessionId\", \"localId\")",
                            "\"Session\" (\"accountId\", tag)",
                            "\"UserKVStore\" (\"accountId\", key)",
                            "\"UserFeedItem\" (\"userId\", counter)")) {
                statement.execute("CREATE UNIQUE INDEX ON public." + unique);
            }
        }
    }

    /// Adds rows; the columns of each are those of the first.
    static void fill(Connection connection, String table, List<Map<String, @Nullable Object>> rows)
            throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        List<String> columns = List.copyOf(rows.getFirst().keySet());
        var text = new StringBuilder();
        for (Map<String, @Nullable Object> row : rows) {
            text.append(
                            columns.stream()
                                    .map(column -> copyField(row.get(column)))
                                    .collect(Collectors.joining("\t")))
                    .append('\n');
        }
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY public."
                                    + HappyTable.quoted(table)
                                    + " ("
                                    + names(columns)
                                    + ") FROM STDIN",
                            new StringReader(text.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A dump of a running database, with COPY blocks.
    static String copyDump(Connection connection) throws SQLException {
        return dump(
                table ->
                        "COPY public."
                                + HappyTable.quoted(table)
                                + " ("
                                + names(columns(table))
                                + ") FROM stdin;\n"
                                + rows(connection, table)
                                + "\\.\n");
    }

    /// A dump of some rows, without a database.
    static String smallDump(Map<String, List<Map<String, @Nullable Object>>> tables) {
        return dump(
                table -> {
                    var rows = new StringBuilder();
                    for (Map<String, @Nullable Object> row :
                            tables.getOrDefault(table, List.of())) {
                        rows.append(
                                        columns(table).stream()
                                                .map(column -> copyField(row.get(column)))
                                                .collect(Collectors.joining("\t")))
                                .append('\n');
                    }
                    return "COPY public."
                            + HappyTable.quoted(table)
                            + " ("
                            + names(columns(table))
                            + ") FROM stdin;\n"
                            + rows
                            + "\\.\n";
                });
    }

    private interface Rows {
        String of(String table);
    }

    private static String dump(Rows rows) {
        var dump = new StringBuilder();
        dump.append(
                """
                --
                -- PostgreSQL database dump
                --

                \\restrict 3PZ5Xm0N8lWUoA2yKcdHFq7

                -- Dumped from database version 17.6
                -- Dumped by pg_dump version 17.6

                SET statement_timeout = 0;
                SET client_encoding = 'UTF8';
                SET standard_conforming_strings = on;
                SELECT pg_catalog.set_config('search_path', '', false);
                SET check_function_bodies = false;

                CREATE FUNCTION public.touch() RETURNS trigger
                    LANGUAGE plpgsql
                    AS $_$
                BEGIN
                  -- it's one: "COPY public."
                  NEW."updatedAt" = now();
                  RETURN NEW;
                END;
                $_$;

                """);
        dump.append(STATUS);
        TABLES.keySet().forEach(table -> dump.append('\n').append(definition(table)));
        TABLES.keySet()
                .forEach(
                        table ->
                                dump.append(
                                                "\n--\n-- Data for Name: "
                                                        + table
                                                        + "; Type: TABLE DATA; Schema: public\n--\n\n")
                                        .append(rows.of(table)));
        dump.append(
                """

                ALTER TABLE ONLY public."Account"
                    ADD CONSTRAINT "Account_pkey" PRIMARY KEY (id);

                --
                -- PostgreSQL database dump complete
                --

                \\unrestrict 3PZ5Xm0N8lWUoA2yKcdHFq7

                """);
        return dump.toString();
    }

    private static String rows(Connection connection, String table) {
        var out = new ByteArrayOutputStream();
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "COPY public."
                                    + HappyTable.quoted(table)
                                    + " ("
                                    + names(columns(table))
                                    + ") TO STDOUT",
                            out);
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String names(List<String> columns) {
        return columns.stream().map(HappyTable::quoted).collect(Collectors.joining(", "));
    }

    private static String copyField(@Nullable Object value) {
        return switch (value) {
            case null -> "\\N";
            case byte[] bytes -> "\\\\x" + HexFormat.of().formatHex(bytes);
            case Boolean flag -> flag ? "t" : "f";
            case Instant time -> TIME.format(time);
            case Map<?, ?> json -> escaped(Codec.printText(json));
            default -> escaped(value.toString());
        };
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\b", "\\b")
                .replace("\f", "\\f");
    }
}
