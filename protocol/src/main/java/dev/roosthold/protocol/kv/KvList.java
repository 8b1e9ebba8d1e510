package dev.roosthold.protocol.kv;

import java.util.List;

/// Answers that carry many pairs.
public sealed interface KvList {

    /// Of `GET /v1/kv`, ascending by key.
    record Items(List<KvPair> items) implements KvList {}

    /// Of `POST /v1/kv/bulk`: those of the asked keys that are there.
    record Values(List<KvPair> values) implements KvList {}
}
