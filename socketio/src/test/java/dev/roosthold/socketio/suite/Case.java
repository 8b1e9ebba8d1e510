package dev.roosthold.socketio.suite;

/// One rule of a protocol document and how it is tried.
record Case(String name, Body body) {

    interface Body {
        void run() throws Exception;
    }
}
