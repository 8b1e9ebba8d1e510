package dev.roosthold.conformance.crowd;

import dev.roosthold.conformance.faults.FaultProxy;
import dev.roosthold.conformance.faults.LinkFault;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// Breaks the links of a crowd, one of them at a time, by the seed.
public final class LinkTrouble implements Trouble {
    private final List<FaultProxy> links;
    private final Random random;

    /// @param links they are closed by their owner
    public LinkTrouble(List<FaultProxy> links, long seed) {
        this.links = List.copyOf(links);
        this.random = new Random(seed);
    }

    @Override
    public Kind next() throws InterruptedException {
        Thread.sleep(50 + random.nextInt(250));
        FaultProxy link = links.get(random.nextInt(links.size()));
        int longest = 400;
        switch (random.nextInt(7)) {
            case 0, 1 -> link.cut();
            case 2 -> during(link, new LinkFault.Delay(Duration.ofMillis(1 + random.nextInt(80))));
            case 3 -> during(link, new LinkFault.Slow(2_000 + random.nextInt(50_000)));
            case 4 -> {
                during(link, new LinkFault.HalfOpen());
                // Nobody would notice before the next timeout.
                link.cut();
            }
            case 5 -> during(link, new LinkFault.Stopped(LinkFault.Direction.TO_CLIENT));
            default -> {
                link.set(new LinkFault.Stopped(LinkFault.Direction.TO_CLIENT));
                Thread.sleep(random.nextInt(longest));
                // Requests have arrived, their answers never will.
                link.cut();
                link.set(LinkFault.NONE);
            }
        }
        return Kind.LINK;
    }

    private void during(FaultProxy link, LinkFault fault) throws InterruptedException {
        link.set(fault);
        Thread.sleep(50 + random.nextInt(350));
        link.set(LinkFault.NONE);
    }

    @Override
    public void close() {
        links.forEach(link -> link.set(LinkFault.NONE));
    }
}
