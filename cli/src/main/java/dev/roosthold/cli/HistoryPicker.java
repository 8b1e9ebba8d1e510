package dev.roosthold.cli;

import dev.roosthold.history.store.Query;
import dev.roosthold.history.store.StoredEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.InfoCmp.Capability;

/// The history on the whole screen: the newest command at the bottom, what is typed below it. One
/// thread.
final class HistoryPicker {
    private static final String REVERSE = "\u001b[7m";
    private static final String PLAIN = "\u001b[0m";
    private static final String DIM = "\u001b[2m";

    private enum Key {
        UP,
        DOWN,
        PAGE_UP,
        PAGE_DOWN,
        ENTER,
        LEAVE,
        BACKSPACE,
        CLEAR,
        WORD,
        FUZZY,
        HERE,
        TYPED
    }

    private final Terminal terminal;
    private final Function<Query, List<StoredEntry>> search;
    private final Query base;
    private final StringBuilder typed;
    private List<StoredEntry> found = List.of();
    private int selected;
    private boolean fuzzy;
    private boolean here;

    /// @param base filters that hold in any case
    /// @param typed what is there at the start
    HistoryPicker(
            Terminal terminal,
            Function<Query, List<StoredEntry>> search,
            Query base,
            String typed) {
        this.terminal = terminal;
        this.search = search;
        this.base = base;
        this.typed = new StringBuilder(typed);
        fuzzy = base.fuzzy();
    }

    /// The chosen command; empty when none was.
    Optional<String> pick() {
        Attributes before = terminal.enterRawMode();
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.keypad_xmit);
        try {
            return loop(new BindingReader(terminal.reader()), keys());
        } finally {
            terminal.puts(Capability.keypad_local);
            terminal.puts(Capability.exit_ca_mode);
            terminal.setAttributes(before);
            terminal.flush();
        }
    }

    private Optional<String> loop(BindingReader reader, KeyMap<Key> keys) {
        look();
        while (true) {
            draw();
            Key key = reader.readBinding(keys);
            if (key == null) {
                return Optional.empty();
            }
            switch (key) {
                case UP -> move(1);
                case DOWN -> move(-1);
                case PAGE_UP -> move(rows());
                case PAGE_DOWN -> move(-rows());
                case ENTER -> {
                    return found.isEmpty()
                            ? Optional.empty()
                            : Optional.of(found.get(selected).entry().command());
                }
                case LEAVE -> {
                    return Optional.empty();
                }
                case BACKSPACE -> {
                    if (!typed.isEmpty()) {
                        typed.setLength(typed.offsetByCodePoints(typed.length(), -1));
                        look();
                    }
                }
                case WORD -> {
                    String left = typed.toString().stripTrailing();
                    typed.setLength(left.lastIndexOf(' ') + 1);
                    look();
                }
                case CLEAR -> {
                    typed.setLength(0);
                    look();
                }
                case FUZZY -> {
                    fuzzy = !fuzzy;
                    look();
                }
                case HERE -> {
                    here = !here;
                    look();
                }
                case TYPED -> {
                    typed.append(reader.getLastBinding());
                    look();
                }
            }
        }
    }

    private KeyMap<Key> keys() {
        KeyMap<Key> keys = new KeyMap<>();
        keys.setAmbiguousTimeout(150);
        keys.setUnicode(Key.TYPED);
        for (char c = 32; c < 127; c++) {
            keys.bind(Key.TYPED, Character.toString(c));
        }
        keys.setNomatch(Key.TYPED);
        bind(
                keys,
                Key.UP,
                Capability.key_up,
                "\u001b[A",
                "\u001bOA",
                KeyMap.ctrl('P'),
                KeyMap.ctrl('R'));
        bind(
                keys,
                Key.DOWN,
                Capability.key_down,
                "\u001b[B",
                "\u001bOB",
                KeyMap.ctrl('N'),
                KeyMap.ctrl('S'));
        bind(keys, Key.PAGE_UP, Capability.key_ppage, "\u001b[5~");
        bind(keys, Key.PAGE_DOWN, Capability.key_npage, "\u001b[6~");
        keys.bind(Key.ENTER, "\r", "\n");
        keys.bind(Key.LEAVE, "\u001b", KeyMap.ctrl('C'), KeyMap.ctrl('G'));
        keys.bind(Key.BACKSPACE, KeyMap.del(), KeyMap.ctrl('H'));
        keys.bind(Key.CLEAR, KeyMap.ctrl('U'));
        keys.bind(Key.WORD, KeyMap.ctrl('W'));
        keys.bind(Key.FUZZY, KeyMap.ctrl('F'));
        keys.bind(Key.HERE, KeyMap.ctrl('D'));
        return keys;
    }

    private void bind(KeyMap<Key> keys, Key key, Capability capability, String... sequences) {
        String own = KeyMap.key(terminal, capability);
        if (own != null && !own.isEmpty()) {
            keys.bind(key, own);
        }
        keys.bind(key, sequences);
    }

    private void move(int by) {
        selected = Math.clamp((long) selected + by, 0, Math.max(0, found.size() - 1));
    }

    private void look() {
        Query query =
                new Query(
                        List.of(typed.toString().strip().split("\\s+")),
                        fuzzy,
                        base.machine(),
                        here
                                ? Optional.of(Path.of("").toAbsolutePath().toString())
                                : base.directory(),
                        base.exitCode(),
                        base.failed(),
                        base.author(),
                        base.authorKind(),
                        base.session(),
                        base.sinceMs(),
                        base.untilMs(),
                        base.before(),
                        true,
                        200);
        found = search.apply(query);
        selected = 0;
    }

    private int rows() {
        return Math.max(1, terminal.getSize().getRows() - 2);
    }

    private void draw() {
        int width = Math.max(20, terminal.getSize().getColumns());
        int rows = rows();
        int first = Math.max(0, selected - rows + 1);
        var screen = new StringBuilder("\u001b[H");
        for (int row = rows - 1; row >= 0; row--) {
            int index = first + row;
            screen.append("\u001b[2K");
            if (index < found.size()) {
                String line =
                        Printable.line(HistoryRows.line(found.get(index), Style.NONE), width - 3);
                screen.append(index == selected ? REVERSE + "> " + line + PLAIN : "  " + line);
            }
            screen.append("\r\n");
        }
        screen.append("\u001b[2K")
                .append(DIM)
                .append(
                        Printable.line(
                                found.size()
                                        + (found.size() == 200 ? "+" : "")
                                        + " found"
                                        + (fuzzy ? ", fuzzy" : "")
                                        + (here ? ", this directory" : "")
                                        + "   Enter takes, Esc leaves, Ctrl-F fuzzy, Ctrl-D directory",
                                width - 1))
                .append(PLAIN)
                .append("\r\n\u001b[2K> ")
                .append(Printable.line(typed.toString(), width - 4))
                .append(typed.toString().endsWith(" ") ? " " : "");
        terminal.writer().print(screen);
        terminal.flush();
    }
}
