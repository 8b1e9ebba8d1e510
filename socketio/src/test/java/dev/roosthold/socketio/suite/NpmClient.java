package dev.roosthold.socketio.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One published client. Its reports are read in the order in which they happened; one test thread.
record NpmClient(NpmClients process, int id) {

    /// The next report, which must be of that kind: `connect`, `upgrade`, `connect_error`,
    /// `disconnect`, `event` or `ack`.
    JsonNode expect(String kind) {
        var report = process.next(id);
        assertThat(report.get("is").asString()).as(report.toString()).isEqualTo(kind);
        return report;
    }

    /// The arguments of the next report, which must be that event.
    JsonNode event(String name) {
        var report = expect("event");
        assertThat(report.get("event").asString()).as(report.toString()).isEqualTo(name);
        return report.get("args");
    }

    /// Reports up to the first of that kind, which is the last in the list.
    List<JsonNode> until(String kind) {
        var reports = new ArrayList<JsonNode>();
        do {
            assertThat(reports).as("no %s among them", kind).hasSizeLessThan(1_000);
            reports.add(process.next(id));
            assertThat(reports.getLast().get("is").asString())
                    .as(reports.toString())
                    .isNotEqualTo("fault");
        } while (!reports.getLast().get("is").asString().equals(kind));
        return reports;
    }

    /// Waits for the first connection, which must succeed.
    NpmClient connected() {
        expect("connect");
        return this;
    }

    void emit(String event, String args) {
        var command = process.command("emit", id).put("event", event);
        command.set("args", Endpoint.json(args));
        process.send(command);
    }

    void emitMany(String event, int count) {
        process.send(process.command("emitMany", id).put("event", event).put("count", count));
    }

    /// Emits and asks for an acknowledgement; the answer is a later `ack` report.
    void ask(int call, String event, String args, int timeoutMs) {
        var command =
                process.command("ask", id)
                        .put("call", call)
                        .put("event", event)
                        .put("timeout", timeoutMs);
        command.set("args", Endpoint.json(args));
        process.send(command);
    }

    /// Emits, waits for the acknowledgement and returns its arguments.
    JsonNode ask(String event, String args) {
        ask(0, event, args, 10_000);
        var ack = expect("ack");
        assertThat(ack.get("error").isNull()).as(ack.toString()).isTrue();
        return ack.get("args");
    }

    void disconnect() {
        process.send(process.command("disconnect", id));
    }

    /// The network below the client fails without a word.
    void cut() {
        process.send(process.command("cut", id));
    }
}
