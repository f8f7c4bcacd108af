package io.penstock.simulator;

import io.penstock.simulator.Invoice.Charge;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;

/**
 * Hands one response over, whole or spoilt by a fault, and settles it in the figures. Confined to
 * the connection's I/O thread.
 */
final class AnswerDelivery {
  /** What the {@code slow} fault adds between the first byte of the body and the rest. */
  static final int SLOW_SECONDS = 5;

  private final HttpServerExchange exchange;
  private final StatsRecorder.Entry entry;
  private final Reply reply;

  AnswerDelivery(HttpServerExchange exchange, StatsRecorder.Entry entry, Reply reply) {
    this.exchange = exchange;
    this.entry = entry;
    this.reply = reply;
  }

  /**
   * A response before it is sent.
   *
   * @param charge null where nothing was generated
   * @param fault null for a response that is sent as it is
   */
  record Reply(int status, byte[] body, @Nullable Charge charge, @Nullable Fault fault) {}

  void start() {
    Charge charge = reply.charge();
    if (charge == null) {
      entry.refused(reply.status());
      send(reply.body(), whenWritten(exchange::endExchange));
    } else if (peerHasClosed()) {
      entry.dropped(charge);
      abort();
    } else if (reply.fault() == Fault.RESET) {
      entry.withheld(charge);
      abort();
    } else if (reply.fault() == null) {
      sendAnswer(charge, reply.body());
    } else {
      sendSpoilt(reply.fault(), charge);
    }
  }

  private void sendSpoilt(Fault fault, Charge charge) {
    byte[] body = reply.body();
    switch (fault) {
      case MALFORMED -> {
        entry.spoilt(reply.status(), charge);
        // without its closing brace no JSON, at the same length
        body[body.length - 1] = ',';
        send(body, whenWritten(exchange::endExchange));
      }
      case TRUNCATED -> {
        entry.spoilt(reply.status(), charge);
        send(Arrays.copyOf(body, body.length / 2), whenWritten(this::close));
      }
      case SLOW -> {
        send(Arrays.copyOf(body, 1), whenWritten(() -> sendRestLater(charge)));
      }
      default -> throw new IllegalStateException("No answer is spoilt by " + fault);
    }
  }

  private void sendRestLater(Charge charge) {
    byte[] rest = Arrays.copyOfRange(reply.body(), 1, reply.body().length);
    exchange
        .getIoThread()
        .executeAfter(
            () -> {
              if (peerHasClosed()) {
                entry.brokenOff(reply.status(), charge);
                abort();
              } else {
                sendAnswer(charge, rest);
              }
            },
            SLOW_SECONDS,
            TimeUnit.SECONDS);
  }

  /** Counts the answer as delivered first; see {@link StatsRecorder}. */
  private void sendAnswer(Charge charge, byte[] body) {
    entry.delivered(reply.status(), charge);
    send(
        body,
        new IoCallback() {
          @Override
          public void onComplete(HttpServerExchange exchange, Sender sender) {
            exchange.endExchange();
          }

          @Override
          public void onException(
              HttpServerExchange exchange, Sender sender, IOException exception) {
            entry.takeBack(charge);
            close();
          }
        });
  }

  private void send(byte[] body, IoCallback callback) {
    if (!exchange.isResponseStarted()) {
      exchange.setStatusCode(reply.status());
      exchange.setResponseContentLength(reply.body().length);
    }
    exchange.getResponseSender().send(ByteBuffer.wrap(body), callback);
  }

  private IoCallback whenWritten(Runnable next) {
    return new IoCallback() {
      @Override
      public void onComplete(HttpServerExchange exchange, Sender sender) {
        next.run();
      }

      @Override
      public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
        Charge charge = reply.charge();
        if (charge != null) {
          entry.dropped(charge);
        }
        close();
      }
    };
  }

  private void close() {
    IoUtils.safeClose(exchange.getConnection());
  }

  /** Closes the connection with a TCP reset. */
  private void abort() {
    try {
      exchange.getConnection().setOption(Options.CLOSE_ABORT, true);
    } catch (IOException e) {
      // closed already, which is all that is wanted
    }
    close();
  }

  /**
   * True once the client has closed its side. A write would not tell: the system accepts the first
   * one after the client has gone.
   */
  private boolean peerHasClosed() {
    HttpServerConnection connection = (HttpServerConnection) exchange.getConnection();
    if (!connection.isOpen()) {
      return true;
    }
    if (connection.getExtraBytes() != null) {
      return false;
    }
    PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
    boolean keep = false;
    try {
      ByteBuffer buffer = pooled.getBuffer();
      int read = connection.getOriginalSourceConduit().read(buffer);
      if (read > 0) {
        // the client's next request, sent ahead
        buffer.flip();
        connection.ungetRequestBytes(pooled);
        keep = true;
      }
      return read < 0;
    } catch (IOException e) {
      return true;
    } finally {
      if (!keep) {
        pooled.close();
      }
    }
  }
}
