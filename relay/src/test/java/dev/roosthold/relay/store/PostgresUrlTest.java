package dev.roosthold.relay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {
    private static PostgresUrl parsed(String rest) {
        return PostgresUrl.parse("postgresql://ada:s3cret%2F@db.example" + rest);
    }

    @Test
    void partsAreWhereOtherProgramsHaveThem() {
        PostgresUrl url = parsed(":5433/roost?sslmode=verify-full&schema=own&pool=16");

        assertThat(url.place()).isEqualTo("db.example:5433");
        assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://db.example:5433/roost");
        assertThat(url.password()).contains("s3cret/");
        assertThat(url.schema()).isEqualTo("own");
        assertThat(url.properties())
                .containsEntry("user", "ada")
                .containsEntry("sslmode", "verify-full")
                .doesNotContainKeys("schema", "pool", "password");
        assertThat(url.pool()).isEqualTo(16);
    }

    @Test
    void whatIsNotSaidIsUsual() {
        PostgresUrl url = parsed("/roost");

        assertThat(url.place()).isEqualTo("db.example:5432");
        assertThat(url.schema()).isEqualTo("public");
        assertThat(url.pool()).isEqualTo(8);
        assertThat(url.withPassword("other").pool()).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65", "-1", "many", "8 ", "99999999999"})
    void aPoolIsANumberOfConnections(String pool) {
        assertThatThrownBy(() -> parsed("/roost?pool=" + pool.replace(" ", "%20")))
                .isInstanceOf(PostgresUrl.Malformed.class)
                .hasMessageContaining("from 1 to 64")
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a/b", "/roost?sslmode=%", "/roost?x=%zz"})
    void anAddressThatCannotBeReadIsNotRepeated(String rest) {
        assertThatThrownBy(() -> parsed(rest))
                .isInstanceOf(PostgresUrl.Malformed.class)
                .hasMessageNotContaining("s3cret");
    }
}
