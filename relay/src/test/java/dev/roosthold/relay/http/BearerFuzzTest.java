package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any `Authorization` header gives a token that stands in it as it is, or none.
class BearerFuzzTest {

    static Stream<byte[]> seeds() {
        return Stream.of("", "Bearer ", "Bearer abc", "bearer abc", "Basic YTpi", "Bearer  x ")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void anyHeaderGivesItsTokenOrNone(byte[] bytes) {
        String header = new String(bytes, StandardCharsets.ISO_8859_1);
        var headers =
                (DefaultHttpHeaders)
                        DefaultHttpHeadersFactory.headersFactory()
                                .withValidation(false)
                                .newHeaders();
        headers.add(HttpHeaderNames.AUTHORIZATION, header);

        Optional<String> token = Dispatcher.bearer(headers);

        token.ifPresent(text -> assertThat("Bearer " + text).isEqualTo(header));
        token.ifPresent(text -> assertThat(text).isNotEmpty());
    }
}
