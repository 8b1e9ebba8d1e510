package dev.roosthold.conformance.simulation;

import dev.roosthold.socketio.Broadcast;
import dev.roosthold.socketio.ConnectGuard;
import dev.roosthold.socketio.DisconnectListener;
import dev.roosthold.socketio.EventHandler;
import dev.roosthold.socketio.Namespace;
import dev.roosthold.socketio.Socket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The namespace to which the relay's router sends, with simulated connections in its rooms.
final class SimulatedSockets implements Namespace {
    private final List<Line> lines = new ArrayList<>();
    private final Bug bug;
    private int broadcasts;

    SimulatedSockets(Bug bug) {
        this.bug = bug;
    }

    void enter(Line line) {
        lines.add(line);
    }

    void leave(Line line) {
        lines.remove(line);
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }

    @Override
    public Broadcast to(Collection<String> rooms) {
        return new ToRooms(Set.copyOf(rooms), Set.of());
    }

    private record Receiver(Line line, int copies) {}

    private List<Receiver> receivers(Set<String> rooms, Set<String> except) {
        broadcasts++;
        List<Receiver> receivers = new ArrayList<>();
        for (Line line : lines) {
            boolean excepted = except.contains(line.id()) && bug != Bug.EVENT_TO_ITS_SENDER;
            boolean stranger = bug == Bug.EVENT_TO_A_STRANGER && broadcasts % 5 == 0;
            if ((line.isIn(rooms) || stranger) && !excepted) {
                boolean odd = (broadcasts + lines.indexOf(line)) % 7 == 0;
                int copies = 1;
                if (odd && bug == Bug.EVENT_LOST) {
                    copies = 0;
                } else if (odd && bug == Bug.EVENT_TWICE) {
                    copies = 2;
                }
                receivers.add(new Receiver(line, copies));
            }
        }
        return receivers;
    }

    private final class ToRooms implements Broadcast {
        private final Set<String> rooms;
        private final Set<String> except;

        ToRooms(Set<String> rooms, Set<String> except) {
            this.rooms = rooms;
            this.except = except;
        }

        @Override
        public Broadcast exceptSocket(String id) {
            Set<String> more = new HashSet<>(except);
            more.add(id);
            return new ToRooms(rooms, more);
        }

        @Override
        public Broadcast except(Socket socket) {
            return exceptSocket(socket.id());
        }

        @Override
        public Broadcast except(String room) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Broadcast volatileOnly() {
            return this;
        }

        @Override
        public int emit(String event, Object... args) {
            int sent = 0;
            Set<String> without = bug == Bug.EVENT_TO_ITS_SENDER ? Set.of() : except;
            for (Receiver receiver : receivers(rooms, except)) {
                for (int i = 0; i < receiver.copies(); i++) {
                    receiver.line().emit(without, event, args);
                    sent++;
                }
            }
            return sent;
        }
    }

    @Override
    public Collection<Socket> socketsIn(String room) {
        return lines.stream()
                .filter(line -> line.isIn(Set.of(room)))
                .map(Socket.class::cast)
                .toList();
    }

    @Override
    public Collection<Socket> sockets() {
        return List.copyOf(lines);
    }

    @Override
    public Optional<Socket> socket(String id) {
        return lines.stream()
                .filter(line -> line.id().equals(id))
                .map(Socket.class::cast)
                .findFirst();
    }

    @Override
    public String name() {
        return "/";
    }

    @Override
    public Broadcast toAll() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Namespace guard(ConnectGuard guard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Namespace onConnect(Consumer<Socket> listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Namespace on(String event, EventHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Namespace onUnknown(EventHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Namespace onDisconnect(DisconnectListener listener) {
        throw new UnsupportedOperationException();
    }
}
