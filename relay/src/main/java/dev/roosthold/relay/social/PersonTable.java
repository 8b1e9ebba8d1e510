package dev.roosthold.relay.social;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.protocol.social.RelationStatus;
import dev.roosthold.protocol.social.UserProfile;
import dev.roosthold.relay.account.Names;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Every statement about the table `person`. Accounts without a row there have no names.
final class PersonTable {
    private static final String PROFILE =
            """
            SELECT account.id, first_name, last_name, avatar, username, bio, relationship.status
              FROM account
              LEFT JOIN person ON person.account_id = account.id
              LEFT JOIN relationship
                ON relationship.from_account = ? AND relationship.to_account = account.id
            """;

    private PersonTable() {}

    static Optional<UserProfile> find(Sql sql, AccountId viewer, String id) throws SQLException {
        return sql.first(
                PROFILE + "WHERE account.id = ?", PersonTable::profile, viewer.value(), id);
    }

    /// People whose user name begins with the text, in any case of its Latin letters.
    static List<UserProfile> search(Sql sql, AccountId viewer, String prefix, int limit)
            throws SQLException {
        String pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
        return sql.list(
                PROFILE
                        + "WHERE lower(username) LIKE lower(?) ESCAPE '\\'"
                        + " ORDER BY lower(username), username LIMIT ?",
                PersonTable::profile,
                viewer.value(),
                pattern,
                limit);
    }

    /// Friends, and those who asked or were asked; the latest change first.
    static List<UserProfile> friends(Sql sql, AccountId viewer) throws SQLException {
        return sql.list(
                PROFILE
                        + "WHERE relationship.status IN ('friend', 'pending', 'requested')"
                        + " ORDER BY relationship.updated_at DESC, account.id",
                PersonTable::profile,
                viewer.value());
    }

    static Names.Shown shown(Sql sql, AccountId account) throws SQLException {
        return sql.first(
                        "SELECT first_name, last_name, username, avatar FROM person"
                                + " WHERE account_id = ?",
                        row ->
                                new Names.Shown(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        avatar(
                                                row.getString(4),
                                                "width",
                                                "height",
                                                "thumbhash",
                                                "path",
                                                "url")),
                        account.value())
                .orElse(Names.Shown.NOTHING);
    }

    private static UserProfile profile(ResultSet row) throws SQLException {
        String status = row.getString(7);
        return new UserProfile(
                new AccountId(row.getString(1)),
                textOrEmpty(row.getString(2)),
                row.getString(3),
                avatar(row.getString(4), "path", "url"),
                textOrEmpty(row.getString(5)),
                row.getString(6),
                status == null ? RelationStatus.NONE : RelationStatus.of(status));
    }

    /// Null unless it has all the fields that clients insist on.
    private static @Nullable JsonNode avatar(@Nullable String json, String... needed) {
        if (json == null) {
            return null;
        }
        try {
            JsonNode avatar = Codec.parse(json.getBytes(StandardCharsets.UTF_8));
            for (String field : needed) {
                if (!avatar.hasNonNull(field)) {
                    return null;
                }
            }
            return avatar;
        } catch (MalformedJson e) {
            return null;
        }
    }

    private static String textOrEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    static final OwnedRows OF_ACCOUNT =
            OwnedRows.of(
                    "person",
                    "account_id",
                    "account_id",
                    "first_name, last_name, username, avatar, bio",
                    "0");
}
