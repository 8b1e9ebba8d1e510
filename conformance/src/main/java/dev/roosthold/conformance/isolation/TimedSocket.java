package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.RawWebSocket;
import dev.roosthold.conformance.wire.WireException;
import java.net.URI;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// One Socket.IO connection without anything that adds to the time of an event. Used by one thread.
final class TimedSocket implements AutoCloseable {
    /// So many events may be sent before a server slows a socket down.
    static final int EVENTS = 1_900;

    private static final String PATH = "/v1/updates/?EIO=4&transport=websocket";

    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final RawWebSocket websocket;

    TimedSocket(URI server, String bearer) {
        websocket = RawWebSocket.open(server, PATH, message -> receive(message.text()));
        websocket.sendText("40{\"token\":\"" + bearer + "\",\"clientType\":\"user-scoped\"}");
        if (!answer().startsWith("40")) {
            throw new WireException("refused");
        }
    }

    /// Sends the event and waits for its acknowledgement.
    ///
    /// @param event JSON array of name and arguments
    /// @return nanoseconds
    long time(String event) {
        String packet = "421" + event;
        long begin = System.nanoTime();
        websocket.sendText(packet);
        String answer = answer();
        long took = System.nanoTime() - begin;
        if (answer.contains("Too many requests")) {
            throw new WireException("events are limited: " + event);
        }
        return took;
    }

    private String answer() {
        try {
            String answer = answers.poll(30, TimeUnit.SECONDS);
            if (answer == null) {
                throw new WireException("no answer");
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException("interrupted", e);
        }
    }

    private void receive(String packet) {
        if (packet.equals("2")) {
            websocket.sendText("3");
        } else if (packet.startsWith("43") || packet.startsWith("40") || packet.startsWith("44")) {
            answers.add(packet);
        }
    }

    @Override
    public void close() {
        websocket.close();
    }
}
