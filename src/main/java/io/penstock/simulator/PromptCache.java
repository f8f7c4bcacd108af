package io.penstock.simulator;

import io.penstock.domain.Message;
import io.penstock.pricing.ModelPrice;
import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.simulator.SimulatedRequest.Keep;
import io.penstock.tokens.TokenCounter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The providers' prompt cache: the beginning of a prompt, which is all its messages but the last,
 * is read from it where an answered request of the same model began in the same way. Beginnings of
 * fewer than {@link #LEAST_TOKENS} tokens are not kept. Thread-safe: one lock.
 */
final class PromptCache {
  static final int LEAST_TOKENS = 1_024;

  /** No character has more tokens than this. */
  private static final int MOST_TOKENS_PER_CHAR = 3;

  private static final int MOST_TOKENS_OF_MARKS = 3;
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final Duration LONG_LIFE = Duration.ofHours(1);
  private static final int MOST_ENTRIES = 10_000;
  private static final boolean BY_ACCESS = true;
  private static final float LOAD = 0.75f;

  private final InstantSource clock;
  private final TokenCounter counter = TokenCounter.o200k();
  private final Map<Identity, Kept> entries =
      new LinkedHashMap<>(16, LOAD, BY_ACCESS) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Identity, Kept> eldest) {
          return size() > MOST_ENTRIES;
        }
      };

  PromptCache(InstantSource clock) {
    this.clock = clock;
  }

  private record Kept(Instant until, Duration life) {}

  /**
   * What one request does with the cache, in tokens of its input.
   *
   * @param written those for an hour included
   */
  record Use(long read, long written, long writtenForAnHour) {
    static final Use NONE = new Use(0, 0, 0);
  }

  /**
   * Reading keeps a beginning for as long again. A request that did not ask for it writes only at
   * models whose price tells one for writing; at others the first use is plain input.
   */
  Use use(SimulatedRequest request, @Nullable ModelPrice price) {
    Keep keep = request.wishes().keep();
    if (keep == Keep.NOT || isShort(request.beginning())) {
      return Use.NONE;
    }
    long tokens = request.countBeginning(counter);
    if (tokens < LEAST_TOKENS) {
      return Use.NONE;
    }
    if (isKept(request, keep == Keep.HOUR ? LONG_LIFE : LIFE)) {
      return new Use(tokens, 0, 0);
    }
    boolean isFree = price == null || price.standard().cacheWrite() == null;
    if (keep == Keep.UNASKED && isFree) {
      return Use.NONE;
    }
    return new Use(0, tokens, keep == Keep.HOUR ? tokens : 0);
  }

  synchronized void clear() {
    entries.clear();
  }

  /** Whether it was there; it is now. */
  private boolean isKept(SimulatedRequest request, Duration life) {
    Identity beginning = Identity.of(bytes(request));
    Instant now = clock.instant();
    synchronized (this) {
      Kept known = entries.get(beginning);
      boolean isKept = known != null && now.isBefore(known.until());
      Duration keptFor = isKept ? known.life() : life;
      entries.put(beginning, new Kept(now.plus(keptFor), keptFor));
      return isKept;
    }
  }

  private static boolean isShort(List<Message> messages) {
    long chars = messages.stream().mapToLong(message -> message.content().length()).sum();
    return chars * MOST_TOKENS_PER_CHAR + (long) messages.size() * MOST_TOKENS_OF_MARKS
        < LEAST_TOKENS;
  }

  private static byte[] bytes(SimulatedRequest request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    put(bytes, request.model());
    for (Message message : request.beginning()) {
      put(bytes, message.role());
      put(bytes, message.content());
    }
    return bytes.toByteArray();
  }

  private static void put(ByteArrayOutputStream bytes, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    bytes.writeBytes((utf8.length + ":").getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(utf8);
  }
}
