package dev.roosthold.socketio;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

/// Packets to bytes and back: an event as a machine sends it, an acknowledgement, an event with an
/// attachment.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PacketCodecBenchmark {

    private static final String STATE = "c3RhdGU".repeat(40);
    private static final Map<String, Object> UPDATE =
            Map.of(
                    "id",
                    "a1b2c3d4e5f6",
                    "seq",
                    4711,
                    "body",
                    Map.of("t", "update-machine", "daemonState", Map.of("value", STATE)),
                    "createdAt",
                    1_763_700_000_000L);

    private final byte[] event =
            ("2123456[\"machine-update-state\",{\"machineId\":\"3f0c7f9e-6c1d-4a52-9d6e-0d2b7c1a9f10\","
                            + "\"daemonState\":\""
                            + STATE
                            + "\",\"expectedVersion\":17}]")
                    .getBytes(StandardCharsets.UTF_8);
    private final byte[] ack =
            "3123456[{\"result\":\"success\",\"version\":18}]".getBytes(StandardCharsets.UTF_8);
    private final byte[] binaryEvent =
            "51-[\"chunk\",{\"n\":1,\"data\":{\"_placeholder\":true,\"num\":0}}]"
                    .getBytes(StandardCharsets.UTF_8);
    private final byte[] attachment = new byte[1_024];

    private final PacketDecoder decoder = new PacketDecoder(JsonMapper.shared(), 16);
    private final PacketEncoder encoder = new PacketEncoder(JsonMapper.shared());

    @Benchmark
    public Object decodeEvent() throws InvalidPacketException {
        return decoder.text(event, 0, event.length);
    }

    @Benchmark
    public Object decodeAck() throws InvalidPacketException {
        return decoder.text(ack, 0, ack.length);
    }

    @Benchmark
    public Object decodeBinaryEvent() throws InvalidPacketException {
        decoder.text(binaryEvent, 0, binaryEvent.length);
        return java.util.Objects.requireNonNull(decoder.binary(attachment));
    }

    @Benchmark
    public int encodeEvent() {
        return releasedSize(encoder.event("/", Packet.NO_ID, "update", List.of(UPDATE)));
    }

    @Benchmark
    public int encodeAck() {
        return releasedSize(encoder.ack("/", 123_456, List.of(Map.of("result", "success"))));
    }

    @Benchmark
    public int encodeBinaryEvent() {
        return releasedSize(encoder.event("/", Packet.NO_ID, "chunk", List.of(attachment)));
    }

    private static int releasedSize(dev.roosthold.socketio.engine.EngineMessage message) {
        int size = message.size();
        message.release();
        return size;
    }
}
