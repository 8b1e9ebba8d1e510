package dev.roosthold.history.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Contract of the sync daemon, section 17: exclusion patterns.
final class ExcludePatternsTest {
    // Made for these tests; none opens anything.
    @ParameterizedTest
    @ValueSource(
            strings = {
                " ls",
                "\tls",
                "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
                "aws configure set aws_secret_access_key=abcd",
                "curl -H 'Authorization: Bearer abcdefghijklmnop' https://x",
                "curl -H \"x-api-key: abc\" https://x",
                "git clone https://me:hunter2@example.com/r.git",
                "curl -u me:hunter2 https://example.com",
                "mysql -u root -phunter2 db",
                "export DB_PASSWORD=hunter2",
                "export DB_PASSWORD='hunter 2'",
                "PGPASSWORD=x psql",
                "GITHUB_TOKEN=abcdefgh make",
                "gh auth login --with-token ghp_abcdefghijklmnopqrstuvwxyz012345",
                "docker login --password hunter2",
                "sshpass -p hunter2 ssh host",
                "tool --api-key=abcdefgh",
                "roost enrol --server https://r --token m1:abcdef --account-key " + "abcdefghi",
                "echo sk-abcdefghijklmnopqrstuvwx",
                "echo xoxb-1234567890-abc",
                "openssl rsa <<< '-----BEGIN RSA PRIVATE KEY-----'"
            })
    void section17_commonFormsOfSecretsStayHereByDefault(String command) {
        assertThat(ExcludePatterns.usual().reason(command)).as(command).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ls -l",
                "git push origin main",
                "cat password.txt",
                "passwd",
                "grep -r token src",
                "export PATH=$HOME/bin:$PATH",
                "curl https://example.com/a?b=c",
                "ssh me@example.com",
                "export TOKEN=$OTHER",
                "mysql -u root db",
                "docker run -p 80:80 nginx",
                "make key"
            })
    void section17_ordinaryCommandsGo(String command) {
        assertThat(ExcludePatterns.usual().reason(command)).as(command).isEmpty();
    }

    @Test
    void section17_patternsOfThePersonCountToo() {
        ExcludePatterns patterns = ExcludePatterns.with(List.of("^acme-", "(", ""));
        assertThat(patterns.reason("acme-deploy")).isPresent();
        assertThat(patterns.reason("ls")).isEmpty();
        assertThat(ExcludePatterns.problem("(")).isPresent();
        assertThat(ExcludePatterns.problem("a+")).isEmpty();
    }

    @Test
    void aPatternThatTakesForEverKeepsTheCommandHere() {
        ExcludePatterns patterns = ExcludePatterns.with(List.of("(.*a){40}c"));
        assertThat(patterns.reason("a".repeat(5000))).isPresent();
    }
}
