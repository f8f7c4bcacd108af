package io.penstock.cluster;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.penstock.limit.AccountLoad;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The session's figures in Spark's metrics system, at the driver: {@code total.} over all
 * executors, and {@code executor.ID.} of each, as they told last. (An executor in the driver's JVM
 * has the same place for its own, so no name may be one of {@link CallMeter}'s.) Gauges that only
 * grow, but for {@code requests.in_flight} and {@code limit}. Thread-safe.
 */
final class DriverMetrics {
  private static final Map<String, Function<Counts, Number>> FIGURES = figures();

  private final MetricRegistry registry;
  private final LeaseBook book;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  DriverMetrics(MetricRegistry registry, LeaseBook book) {
    this.registry = registry;
    this.book = book;
    FIGURES.forEach((name, figure) -> gauge("total." + name, () -> figure.apply(book.counts())));
    gauge("limit", () -> book.loads().stream().mapToInt(AccountLoad::limit).sum());
    gauge("executors", () -> book.livingIds().size());
  }

  /** One that renews; from now on its figures are there. */
  void executor(String id) {
    if (known.add(id)) {
      FIGURES.forEach(
          (name, figure) ->
              gauge(
                  MetricRegistry.name("executor", id, name), () -> figure.apply(book.counts(id))));
    }
  }

  private void gauge(String name, Gauge<Number> value) {
    registry.register(name, value);
  }

  /** GenAI's names of OpenTelemetry where it has one (semantic conventions, read 2026-11). */
  private static Map<String, Function<Counts, Number>> figures() {
    SortedMap<String, Function<Counts, Number>> all = new TreeMap<>();
    all.put("requests.answered", Counts::answered);
    all.put("requests.failed", Counts::failed);
    all.put("requests.in_flight", Counts::inFlight);
    all.put("attempts", attempts(Counts.Attempts::sent));
    all.put("attempts.failed", attempts(Counts.Attempts::failed));
    all.put("attempts.rate_limited", attempts(Counts.Attempts::rateLimited));
    all.put("gen_ai.client.token.usage.input", bought(Counts.Bought::inputTokens));
    all.put("gen_ai.client.token.usage.output", bought(Counts.Bought::outputTokens));
    all.put("cost_usd", counts -> counts.bought().costUsd().doubleValue());
    all.put("waste_usd", counts -> counts.bought().wasteUsd().doubleValue());
    return all;
  }

  private static Function<Counts, Number> attempts(ToLongFunction<Counts.Attempts> figure) {
    return counts -> figure.applyAsLong(counts.attempts());
  }

  private static Function<Counts, Number> bought(ToLongFunction<Counts.Bought> figure) {
    return counts -> figure.applyAsLong(counts.bought());
  }
}
