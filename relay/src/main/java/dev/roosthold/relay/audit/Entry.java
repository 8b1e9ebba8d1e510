package dev.roosthold.relay.audit;

import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.MalformedJson;
import dev.roosthold.relay.ids.Hashes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One entry as it is stored.
///
/// @param number place in the chain of the relay
/// @param at Unix milliseconds
/// @param accountNumber place among the entries of the account; null without an account
/// @param kind text of a [Kind]
/// @param details a JSON object of texts
/// @param previous hash of the entry before, 64 hexadecimal digits
/// @param hash of this entry, 64 hexadecimal digits; see the description of the package
public record Entry(
        long number,
        long at,
        @Nullable String account,
        @Nullable Long accountNumber,
        @Nullable String device,
        @Nullable String address,
        String kind,
        String details,
        String previous,
        String hash) {
    private static final String FORM = "roost-audit-1";

    /// The details as names and texts; empty when somebody has made something else of them.
    public Map<String, String> detailFields() {
        var fields = new LinkedHashMap<String, String>();
        try {
            JsonNode object = Codec.parse(details.getBytes(StandardCharsets.UTF_8));
            object.properties()
                    .forEach(field -> fields.put(field.getKey(), field.getValue().asString("")));
        } catch (MalformedJson e) {
            // Verification says so; a list shows the rest.
        }
        return fields;
    }

    /// The entry with the hash that its content has.
    Entry sealed() {
        return new Entry(
                number,
                at,
                account,
                accountNumber,
                device,
                address,
                kind,
                details,
                previous,
                contentHash());
    }

    String contentHash() {
        var bytes = new ByteArrayOutputStream(512);
        add(bytes, FORM);
        add(bytes, Long.toString(number));
        add(bytes, Long.toString(at));
        add(bytes, account);
        add(bytes, accountNumber == null ? null : accountNumber.toString());
        add(bytes, device);
        add(bytes, address);
        add(bytes, kind);
        add(bytes, details);
        add(bytes, previous);
        return HexFormat.of().formatHex(Hashes.sha256(bytes.toByteArray()));
    }

    /// A netstring, so that no two different entries have the same bytes.
    private static void add(ByteArrayOutputStream to, @Nullable String field) {
        if (field == null) {
            to.writeBytes(new byte[] {'-', ','});
            return;
        }
        byte[] text = field.getBytes(StandardCharsets.UTF_8);
        to.writeBytes((text.length + ":").getBytes(StandardCharsets.US_ASCII));
        to.writeBytes(text);
        to.write(',');
    }
}
