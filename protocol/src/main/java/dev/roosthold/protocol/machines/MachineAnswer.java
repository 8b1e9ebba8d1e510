package dev.roosthold.protocol.machines;

/// `{"machine": {...}}`.
public record MachineAnswer(Machine machine) {}
