package dev.roosthold.relay;

import tools.jackson.databind.JsonNode;

/// What the relay answered to a request.
record Answer(int status, JsonNode body) {
    String text(String field) {
        return body.path(field).asString();
    }

    String error() {
        return text("error");
    }
}
