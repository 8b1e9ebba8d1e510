package dev.roosthold.socketio;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Every connection starts anew.
enum NoRecovery implements Recovery {
    INSTANCE;

    @Override
    public boolean offered() {
        return false;
    }

    @Override
    public Optional<String> begin(
            Namespace namespace, String socketId, Admission.Accept admission) {
        return Optional.empty();
    }

    @Override
    public CompletionStage<Optional<Continuation>> recover(
            Namespace namespace,
            String pid,
            String offset,
            Handshake handshake,
            Admission.Accept admission) {
        return CompletableFuture.completedFuture(Optional.empty());
    }
}
