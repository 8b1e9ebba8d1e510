/// Local control of the machine daemon: HTTP on 127.0.0.1 for commands of the same user.
///
/// A running daemon writes `daemon.json` (mode 0600) into its home directory: its port, a token
/// that is new at each start, its process id, and a mark that tells this process from a later one
/// with the same id. Whoever can read the file may steer the daemon; a page in a browser cannot, as
/// every request with the marks of one is refused before its token is looked at.
///
/// | Request | Answer |
/// |---|---|
/// | `GET /v1/status` | the status as JSON, or as lines for people with `Accept: text/plain` |
/// | `POST /v1/stop` | `{"message"}`; the daemon stops then |
/// | `GET /v1/sessions` | `{"sessions":[{sessionId, directory, agent, startedAt}]}` |
/// | `POST /v1/sessions` `{directory, agent?, ...}` | `sessionId`, or when to ask again |
/// | `POST /v1/sessions/<id>/resume` | as above |
/// | `POST /v1/sessions/<id>/stop` | `{"message"}` |
///
/// Errors are `{"error"}` with 400 (not understood), 401 (token), 403 (a browser or another name
/// for this computer), 404, 409 (refused), 413 (over 64 KiB), 501 (no agents here), 503 (16
/// requests at once).
@NullMarked
package dev.roosthold.daemon.local;

import org.jspecify.annotations.NullMarked;
