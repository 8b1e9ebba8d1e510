package dev.roosthold.daemon.agents;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the person says beside refusals, for which the agents' protocol has no place: it goes to
/// the agent with the next prompt. It waits in the session's record until the agent has answered
/// that prompt, like [PersonFiles]: when the daemon or the agent ends before, it goes with the next
/// one again, so an agent may hear it twice and never misses it.
///
/// For the thread of the session.
final class Remarks {
    /// Of more the oldest are left out.
    private static final int MOST = 20;

    /// An agent that ends over a remark would otherwise do so with all that the person says after.
    private static final int MOST_GIVEN = 2;

    private static final String GIVEN = "given";
    private static final String NOW = "now";

    private final SessionRecord record;

    Remarks(SessionRecord record) {
        this.record = record;
    }

    /// Lets a remark wait; on the disk when this returns.
    void add(String remark) {
        List<ObjectNode> remarks = record.remarks();
        record.change(
                json -> {
                    ArrayNode all = json.putArray("remarks").addAll(remarks);
                    all.addObject().put("text", remark);
                    if (all.size() > MOST) {
                        all.remove(0);
                    }
                });
    }

    /// What goes with the prompt that is made now. It waits on, until [#taken].
    ///
    /// @param say told what is given up, with a sentence for the person
    List<String> give(Consumer<String> say) {
        List<String> texts = new ArrayList<>();
        List<ObjectNode> kept = new ArrayList<>();
        for (ObjectNode one : record.remarks()) {
            int given = one.path(GIVEN).asInt(0);
            if (given >= MOST_GIVEN) {
                say.accept(
                        "What you said with a refusal is not told to the agent again: it has ended"
                                + " twice without an answer.");
            } else {
                texts.add(one.path("text").asString(""));
                kept.add(one.put(GIVEN, given + 1).put(NOW, true));
            }
        }
        replace(kept);
        return texts;
    }

    /// The agent has answered the prompt that they came with.
    void taken() {
        replace(record.remarks().stream().filter(one -> !one.path(NOW).asBoolean(false)).toList());
    }

    private void replace(List<ObjectNode> remarks) {
        if (!remarks.equals(record.remarks())) {
            record.change(
                    json -> {
                        JsonNode _ = json.remove("remarks");
                        if (!remarks.isEmpty()) {
                            json.putArray("remarks").addAll(remarks);
                        }
                    });
        }
    }
}
