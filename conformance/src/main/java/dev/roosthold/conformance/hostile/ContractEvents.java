package dev.roosthold.conformance.hostile;

import static dev.roosthold.conformance.hostile.FieldShape.bool;
import static dev.roosthold.conformance.hostile.FieldShape.number;
import static dev.roosthold.conformance.hostile.FieldShape.object;
import static dev.roosthold.conformance.hostile.FieldShape.text;

import dev.roosthold.conformance.hostile.EventShape.ErrorForm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Every event of the contract that a client sends, but `ping`, whose argument means nothing.
final class ContractEvents {
    private static final FieldShape CIPHERTEXT = text("ZW5jOng=");

    /// Never current, so that a packet taken as valid changes nothing.
    private static final FieldShape VERSION = number(1_000_000);

    private static final Set<String> INVALID = Set.of("Invalid parameters");

    private ContractEvents() {}

    static List<EventShape> all(TestAccount account) {
        FieldShape machine = text(account.machineId());
        FieldShape session = text(account.sessionId());
        FieldShape time = number(System.currentTimeMillis());
        return List.of(
                harmless("machine-update-metadata", ErrorForm.RESULT_WITH_MESSAGE, INVALID)
                        .with("machineId", machine)
                        .with("metadata", CIPHERTEXT)
                        .with("expectedVersion", VERSION)
                        .shape(),
                harmless("machine-update-state", ErrorForm.RESULT_WITH_MESSAGE, INVALID)
                        .with("machineId", machine)
                        .with("daemonState", CIPHERTEXT)
                        .with("expectedVersion", VERSION)
                        .shape(),
                silent("machine-alive").with("machineId", machine).with("time", time).shape(),
                silent("app-state").with("state", text("background")).shape(),
                harmless("update-metadata", ErrorForm.RESULT, Set.of())
                        .with("sid", session)
                        .with("metadata", CIPHERTEXT)
                        .with("expectedVersion", VERSION)
                        .shape(),
                harmless("update-state", ErrorForm.RESULT, Set.of())
                        .with("sid", session)
                        .with("agentState", CIPHERTEXT.orNull())
                        .with("expectedVersion", VERSION)
                        .shape(),
                silent("session-alive")
                        .with("sid", session)
                        .with("time", time)
                        .with("thinking", bool().ignoredIfWrong())
                        .with("mode", text("local").ignoredIfWrong())
                        .shape(),
                silent("session-end").with("sid", session).with("time", time).shape(),
                changing("message", ErrorForm.OK_WITH_ERROR, INVALID)
                        .with("sid", session)
                        .with("message", CIPHERTEXT)
                        .with("localId", text("local").ignoredIfWrong())
                        .shape(),
                harmless(
                                "access-key-get",
                                ErrorForm.OK_WITH_ERROR,
                                Set.of("Invalid parameters: sessionId and machineId are required"))
                        .with("sessionId", session)
                        .with("machineId", machine)
                        .shape(),
                harmless("artifact-read", ErrorForm.RESULT_WITH_MESSAGE, INVALID)
                        .with("artifactId", text("nope"))
                        .shape(),
                changing("artifact-create", ErrorForm.RESULT_WITH_MESSAGE, INVALID)
                        .with("id", text("hostile"))
                        .with("header", text("aA=="))
                        .with("body", text("Yg=="))
                        .with("dataEncryptionKey", text("aw=="))
                        .shape(),
                harmless(
                                "artifact-update",
                                ErrorForm.RESULT_WITH_MESSAGE,
                                Set.of(
                                        "Invalid parameters",
                                        "No updates provided",
                                        "Invalid header parameters",
                                        "Invalid body parameters"))
                        .with("artifactId", text("nope"))
                        .with("header", part())
                        .with("body", part())
                        .shape(),
                changing("artifact-delete", ErrorForm.RESULT_WITH_MESSAGE, INVALID)
                        .with("artifactId", text("nope"))
                        .shape(),
                changing(
                                "usage-report",
                                ErrorForm.SUCCESS_WITH_ERROR,
                                Set.of(
                                        "Invalid key",
                                        "Invalid sessionId",
                                        "Invalid tokens object - must include total",
                                        "Invalid cost object - must include total"))
                        .with("key", text("k"))
                        .with("sessionId", session.optionalOrNull())
                        .with("tokens", object(Map.of("total", number(1))))
                        .with("cost", object(Map.of("total", number(1))))
                        .shape(),
                harmless("rpc-register", ErrorForm.EVENT, Set.of())
                        .with("method", text("hostile:m"))
                        .shape(),
                harmless("rpc-unregister", ErrorForm.EVENT, Set.of())
                        .with("method", text("hostile:m"))
                        .shape(),
                harmless(
                                "rpc-call",
                                ErrorForm.OK_WITH_ERROR,
                                Set.of("Invalid parameters: method is required"))
                        .with("method", text("hostile:nobody"))
                        .with("params", text("p").ignoredIfWrong())
                        .shape(),
                silent("session-stream")
                        .with("sid", session)
                        .with("streamId", text("s"))
                        .with("n", number(0))
                        .with("data", CIPHERTEXT)
                        .shape(),
                silent("machine-stream")
                        .with("machineId", machine)
                        .with("streamId", text("s"))
                        .with("n", number(0))
                        .with("data", CIPHERTEXT)
                        .shape());
    }

    /// A new text of an artifact for a version that is not there.
    private static FieldShape part() {
        return object(Map.of("data", text("aA=="), "expectedVersion", VERSION)).optionalOrNull();
    }

    private static Builder silent(String event) {
        return new Builder(event, ErrorForm.SILENT, Set.of(), true);
    }

    private static Builder harmless(String event, ErrorForm form, Set<String> messages) {
        return new Builder(event, form, messages, true);
    }

    private static Builder changing(String event, ErrorForm form, Set<String> messages) {
        return new Builder(event, form, messages, false);
    }

    private record Builder(
            String event,
            ErrorForm form,
            Set<String> messages,
            boolean harmless,
            Map<String, FieldShape> fields) {

        Builder(String event, ErrorForm form, Set<String> messages, boolean harmless) {
            this(event, form, messages, harmless, new LinkedHashMap<>());
        }

        Builder with(String name, FieldShape field) {
            fields.put(name, field);
            return this;
        }

        EventShape shape() {
            return new EventShape(event, fields, form, messages, harmless);
        }
    }
}
