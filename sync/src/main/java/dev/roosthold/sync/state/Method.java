package dev.roosthold.sync.state;

import java.util.Optional;

/// The methods, and in which states they may be called.
public enum Method {
    PING("daemon.ping"),
    HANDSHAKE("daemon.handshake"),
    HEALTH("daemon.health"),
    METRICS("daemon.metrics"),
    SUBSCRIBE("daemon.subscribe"),
    UNSUBSCRIBE("daemon.unsubscribe"),
    SHUTDOWN("daemon.shutdown"),
    INIT("sync.init"),
    STATUS("sync.status"),
    PUSH("sync.push"),
    PULL("sync.pull"),
    NOW("sync.now"),
    PAUSE("sync.pause"),
    RESUME("sync.resume"),
    RESET("sync.reset"),
    DEVICE_REGISTER("device.register"),
    DEVICE_REMOVE("device.remove"),
    DEVICE_LIST("device.list"),
    QUEUE_LIST("queue.list"),
    QUEUE_RETRY("queue.retry"),
    QUEUE_DISCARD("queue.discard");

    private final String text;

    Method(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    public static Optional<Method> of(String text) {
        for (Method method : values()) {
            if (method.text.equals(text)) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }

    /// About the process, not about the identity: allowed always.
    public boolean isOfTheProcess() {
        return text.startsWith("daemon.");
    }

    /// Answers to a call in a state.
    public enum Access {
        ALLOWED,
        NOT_INITIALIZED,
        ALREADY_INITIALIZED
    }

    /// What a call in this state gets, before its parameters are looked at.
    public Access in(SyncState state) {
        if (isOfTheProcess()) {
            return Access.ALLOWED;
        }
        if (this == INIT) {
            return state == SyncState.UNINITIALIZED ? Access.ALLOWED : Access.ALREADY_INITIALIZED;
        }
        return switch (state) {
            case UNINITIALIZED, INITIALIZING -> Access.NOT_INITIALIZED;
            case ONLINE, OFFLINE -> Access.ALLOWED;
        };
    }
}
