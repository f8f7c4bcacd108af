package io.penstock.provider.http;

import io.penstock.provider.HttpAnswer;
import io.penstock.provider.LearntRates;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a model's limits from the headers of its answers: those of OpenAI, which Azure and many
 * gateways send too, and those of Anthropic and Mistral. What an answer leaves out stays as it was
 * last told; what is not above 0 or cannot be read is not told. Parses only what differs from
 * before. Thread-safe.
 */
final class RateHeaders {
  private static final Logger LOG = LoggerFactory.getLogger(RateHeaders.class);

  private static final String REQUESTS = "x-ratelimit-limit-requests";
  private static final String TOKENS = "x-ratelimit-limit-tokens";
  private static final String ANTHROPIC_REQUESTS = "anthropic-ratelimit-requests-limit";
  private static final String ANTHROPIC_TOKENS = "anthropic-ratelimit-tokens-limit";
  private static final String ANTHROPIC_INPUT = "anthropic-ratelimit-input-tokens-limit";
  private static final String ANTHROPIC_OUTPUT = "anthropic-ratelimit-output-tokens-limit";

  private static final String MISTRAL_REQUESTS = "x-ratelimit-limit-req-minute";
  private static final String MISTRAL_TOKENS = "x-ratelimit-limit-tokens-minute";

  /** Part of the name of each. */
  private static final String ANY = "ratelimit";

  private static final List<String> LIMITS =
      List.of(
          REQUESTS,
          TOKENS,
          ANTHROPIC_REQUESTS,
          ANTHROPIC_TOKENS,
          ANTHROPIC_INPUT,
          ANTHROPIC_OUTPUT,
          MISTRAL_REQUESTS,
          MISTRAL_TOKENS);

  private final Consumer<LearntRates> learnt;
  private volatile Told told = new Told(Map.of(), OptionalDouble.empty());

  RateHeaders(Consumer<LearntRates> learnt) {
    this.learnt = learnt;
  }

  /**
   * @param limits the headers as last seen, by name
   * @param period seconds for which OpenAI's request limit holds; empty until an answer tells
   */
  private record Told(Map<String, String> limits, OptionalDouble period) {
    boolean holds(HttpAnswer answer) {
      for (String name : LIMITS) {
        String text = answer.headers().get(name);
        if (text != null && !text.equals(limits.get(name))) {
          return false;
        }
      }
      return period.isPresent() || RequestPeriod.read(answer).isEmpty();
    }

    Told and(HttpAnswer answer) {
      Map<String, String> all = new HashMap<>(limits);
      LIMITS.forEach(name -> answer.header(name).ifPresent(text -> all.put(name, text)));
      boolean same = period.isPresent() && all.get(REQUESTS).equals(limits.get(REQUESTS));
      return new Told(Map.copyOf(all), same ? period : RequestPeriod.read(answer));
    }

    LearntRates rates() {
      double periods = RequestPeriod.MINUTE / period.orElse(RequestPeriod.MINUTE);
      Double perPeriod = limit(REQUESTS);
      return new LearntRates(
          perPeriod == null
              ? first(ANTHROPIC_REQUESTS, MISTRAL_REQUESTS)
              : Double.valueOf(perPeriod * periods),
          first(TOKENS, ANTHROPIC_TOKENS, MISTRAL_TOKENS),
          limit(ANTHROPIC_INPUT),
          limit(ANTHROPIC_OUTPUT));
    }

    private @Nullable Double first(String... names) {
      return Arrays.stream(names)
          .map(this::limit)
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(null);
    }

    private @Nullable Double limit(String name) {
      double limit = number(limits.getOrDefault(name, ""));
      return limit > 0 && Double.isFinite(limit) ? limit : null;
    }
  }

  /** Tells the limits on, where this answer changes them. */
  void read(HttpAnswer answer) {
    if (!told.holds(answer)) {
      learn(answer);
    }
  }

  private synchronized void learn(HttpAnswer answer) {
    LearntRates before = told.rates();
    told = told.and(answer);
    LearntRates rates = told.rates();
    if (!rates.equals(before)) {
      tell(rates);
    }
  }

  private void tell(LearntRates rates) {
    try {
      learnt.accept(rates);
    } catch (RuntimeException e) {
      // the answer at hand may have been paid for, and is not lost over this
      LOG.warn("Limits {} were not taken", rates, e);
    }
  }

  /** Whether an answer has any. */
  static boolean areIn(HttpAnswer answer) {
    return answer.headers().keySet().stream().anyMatch(name -> name.contains(ANY));
  }

  /** Whether nothing is left of some limit. */
  static boolean sayUsedUp(HttpAnswer answer) {
    return answer.headers().entrySet().stream()
        .filter(header -> header.getKey().contains(ANY) && header.getKey().contains("remaining"))
        .anyMatch(header -> number(header.getValue()) == 0);
  }

  /** NaN where it is none. */
  static double number(String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
