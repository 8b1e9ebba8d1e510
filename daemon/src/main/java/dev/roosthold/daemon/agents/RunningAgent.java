package dev.roosthold.daemon.agents;

import dev.roosthold.daemon.acp.AcpConnection;

/// An agent that is ready for prompts.
///
/// @param conversation its own name for the conversation
/// @param accepted what it takes in a prompt
/// @param generation tells it from the agents that the session had before
record RunningAgent(
        AgentProcess process,
        String conversation,
        AgentOptions options,
        Terminals terminals,
        PersonFiles.Accepted accepted,
        int generation) {

    AcpConnection connection() {
        return process.connection();
    }

    /// When this returns nothing of it is left.
    void stop() {
        terminals.close();
        process.stop();
    }
}
