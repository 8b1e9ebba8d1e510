package dev.roosthold.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// The same GET again and again over some kept connections, one at a time on each. Answers are
/// counted by their length, which the first one tells, and never parsed.
final class HttpLoad implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final LongAdder answers = new LongAdder();
    private volatile Latencies latencies = new Latencies();
    private volatile boolean running = true;

    HttpLoad(int port, int connections, String path, String token) throws InterruptedException {
        byte[] request =
                ("GET "
                                + path
                                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                                + token
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        var bootstrap = new Bootstrap().group(loops).channel(NioSocketChannel.class);
        for (int i = 0; i < connections; i++) {
            bootstrap
                    .clone()
                    .handler(
                            new ChannelInitializer<SocketChannel>() {
                                @Override
                                protected void initChannel(SocketChannel channel) {
                                    channel.pipeline().addLast(new Caller(request));
                                }
                            })
                    .connect("127.0.0.1", port)
                    .sync();
        }
    }

    long answers() {
        return answers.sum();
    }

    Latencies latencies() {
        return latencies;
    }

    void warm() {
        latencies = new Latencies();
    }

    @Override
    public void close() {
        running = false;
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Caller extends ChannelInboundHandlerAdapter {
        private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] BLANK = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

        private final byte[] request;
        private long sentAt;
        private long missing;

        Caller(byte[] request) {
            this.request = request;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            send(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var arrived = (ByteBuf) message;
            if (missing == 0) {
                missing = length(arrived);
            }
            missing -= arrived.readableBytes();
            arrived.release();
            if (missing == 0) {
                latencies.record(System.nanoTime() - sentAt);
                answers.increment();
                if (running) {
                    send(context.channel());
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            System.err.println("load client: " + cause);
            context.close();
        }

        /// Bytes of the whole answer whose head is at the beginning. The head comes in one piece,
        /// as it is a few hundred bytes and the connection was silent.
        private long length(ByteBuf head) {
            if (head.getByte(9) != '2') {
                throw new IllegalStateException(
                        "refused: " + head.toString(StandardCharsets.US_ASCII));
            }
            int digits = Bytes.indexOf(head, LENGTH) + LENGTH.length;
            long length = 0;
            for (int i = digits; Character.isDigit(head.getByte(i)); i++) {
                length = length * 10 + head.getByte(i) - '0';
            }
            return Bytes.indexOf(head, BLANK) + BLANK.length - head.readerIndex() + length;
        }

        private void send(Channel channel) {
            sentAt = System.nanoTime();
            channel.writeAndFlush(Unpooled.wrappedBuffer(request), channel.voidPromise());
        }
    }
}
