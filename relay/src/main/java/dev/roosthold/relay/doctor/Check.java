package dev.roosthold.relay.doctor;

import java.util.List;

/// One thing to look at. May take seconds; throws nothing that is expected.
@FunctionalInterface
public interface Check {
    List<Finding> run();
}
