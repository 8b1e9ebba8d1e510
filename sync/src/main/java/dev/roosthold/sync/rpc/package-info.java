/// JSON-RPC 2.0: requests, batches, errors, limits per connection. Knows no method.
@NullMarked
package dev.roosthold.sync.rpc;

import org.jspecify.annotations.NullMarked;
