package io.penstock.simulator;

import io.penstock.simulator.batch.BatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a simulator behaves.
 *
 * @param apiKey the only key that is accepted; null: none is asked for
 * @param latency drawn for each HTTP request, default {@link LatencyModel#NONE}
 * @param faults probability of each fault per HTTP request, 0 to 1, at most 1 together; default
 *     none
 * @param accuracy probability per model, 0 to 1, that a sum in the prompt is answered right, and
 *     that an answer fulfils the schema of its request; default 1
 * @param seed answers, latencies and faults follow from it, default 0
 * @param limits of each model, default {@link SimulatorLimits#NONE}
 * @param batches how the Batch APIs behave, default {@link BatchOptions#DEFAULTS}
 */
public record SimulatorOptions(
    @Nullable String apiKey,
    LatencyModel latency,
    Map<Fault, Double> faults,
    Map<String, Double> accuracy,
    long seed,
    SimulatorLimits limits,
    BatchOptions batches) {
  private static final Set<String> ALLOWED =
      new TreeSet<>(
          Set.of(
              ("api-key latency faults accuracy seed max-in-flight requests-per-minute"
                      + " tokens-per-minute burst-seconds batch-seconds batch-window-seconds"
                      + " batch-faults batch-faulty batch-hidden-seconds batch-enqueued-tokens"
                      + " batch-max-requests batch-max-bytes batch-slow-create batch-slow-upload")
                  .split(" ")));

  /** Forgives the rounding of decimal fractions that add up to 1. */
  private static final double ROUNDING = 1e-9;

  public SimulatorOptions {
    faults = Map.copyOf(faults);
    accuracy = Map.copyOf(accuracy);
    double sum = faults.values().stream().mapToDouble(Double::doubleValue).sum();
    if (sum > 1 + ROUNDING) {
      throw new IllegalArgumentException("probabilities add up to " + sum + ", at most 1 allowed");
    }
  }

  /** No key, no latency, no faults, always right, seed 0, no limits. */
  public static SimulatorOptions defaults() {
    return new SimulatorOptions(
        null,
        LatencyModel.NONE,
        Map.of(),
        Map.of(),
        0,
        SimulatorLimits.NONE,
        BatchOptions.DEFAULTS);
  }

  /**
   * Reads the options of the command line or of a job.
   *
   * @param options by the command line's names without the leading dashes; underscores count as
   *     dashes
   * @throws IllegalArgumentException with all that is wrong, separated by {@code "; "}
   */
  public static SimulatorOptions parse(Map<String, String> options) {
    return new Parser(options).parse();
  }

  /** Hides the key. */
  @Override
  public String toString() {
    String format =
        "SimulatorOptions[apiKey=%s, latency=%s, faults=%s, accuracy=%s, seed=%d, limits=%s,"
            + " batches=%s]";
    String key = apiKey == null ? "none" : "***";
    return format.formatted(key, latency, faults, accuracy, seed, limits, batches);
  }

  /** Reads one map of options and gathers what is wrong with it. */
  private static final class Parser {
    private final TreeMap<String, String> values = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    Parser(Map<String, String> options) {
      new TreeMap<>(options).forEach(this::take);
    }

    private void take(String name, String value) {
      String key = name.replace('_', '-');
      if (!ALLOWED.contains(key)) {
        problems.add(
            "simulator option " + name + " is unknown, allowed are " + String.join(", ", ALLOWED));
      } else if (values.put(key, value) != null) {
        problems.add("simulator option " + key + " is given twice");
      }
    }

    SimulatorOptions parse() {
      String apiKey = read("api-key", null, Parser::apiKey);
      LatencyModel latency = read("latency", LatencyModel.NONE, LatencyModel::parse);
      Map<Fault, Double> faults = read("faults", Map.of(), Parser::faults);
      Map<String, Double> accuracy = read("accuracy", Map.of(), Parser::probabilities);
      Long seed = read("seed", 0L, Parser::seed);
      SimulatorLimits limits = limits();
      BatchOptions batches = batches();
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
      return new SimulatorOptions(apiKey, latency, faults, accuracy, seed, limits, batches);
    }

    private SimulatorLimits limits() {
      return new SimulatorLimits(
          read("max-in-flight", null, SimulatorLimits::limit),
          read("requests-per-minute", null, SimulatorLimits::limit),
          read("tokens-per-minute", null, SimulatorLimits::limit),
          read("burst-seconds", SimulatorLimits.WHOLE_MINUTE, SimulatorLimits::burst));
    }

    private BatchOptions batches() {
      BatchOptions usual = BatchOptions.DEFAULTS;
      return new BatchOptions(
          read("batch-seconds", usual.takes(), BatchOptionTexts::seconds),
          read("batch-window-seconds", usual.window(), BatchOptionTexts::window),
          batchFaults(),
          new BatchOptions.Limits(
              read("batch-max-requests", null, SimulatorLimits::limit),
              read("batch-max-bytes", null, SimulatorLimits::limit),
              read("batch-enqueued-tokens", null, SimulatorLimits::limit)),
          new BatchOptions.Delays(
              read("batch-hidden-seconds", Duration.ZERO, BatchOptionTexts::seconds),
              read("batch-slow-create", Duration.ZERO, BatchOptionTexts::seconds),
              read("batch-slow-upload", Duration.ZERO, BatchOptionTexts::seconds)));
    }

    private BatchOptions.Faults batchFaults() {
      Long first = read("batch-faulty", null, SimulatorLimits::limit);
      return read(
          "batch-faults",
          BatchOptions.Faults.NONE,
          text -> BatchOptionTexts.faults(probabilities(text), first));
    }

    /** The option's value, or the default where it is absent or wrong. */
    private <T extends @Nullable Object> T read(
        String key, T absent, Function<String, ? extends T> reader) {
      String text = values.get(key);
      if (text == null) {
        return absent;
      }
      try {
        return reader.apply(text.strip());
      } catch (IllegalArgumentException e) {
        problems.add("simulator option " + key + " " + e.getMessage());
        return absent;
      }
    }

    private static String apiKey(String text) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("is empty; leave it out to accept any key");
      }
      return text;
    }

    private static Long seed(String text) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("is '" + text + "', must be a whole number", e);
      }
    }

    private static Map<Fault, Double> faults(String text) {
      EnumMap<Fault, Double> faults = new EnumMap<>(Fault.class);
      probabilities(text).forEach((word, probability) -> faults.put(fault(word), probability));
      SimulatorOptions usual = defaults();
      return new SimulatorOptions(
              null, usual.latency, faults, Map.of(), 0, usual.limits, usual.batches)
          .faults();
    }

    private static Fault fault(String word) {
      return Fault.named(word)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "names '" + word + "', allowed are " + Fault.words()));
    }

    /** Reads {@code name=p,name=p}. */
    private static Map<String, Double> probabilities(String text) {
      TreeMap<String, Double> probabilities = new TreeMap<>();
      for (String part : text.split(",", -1)) {
        int equals = part.lastIndexOf('=');
        if (equals < 1) {
          throw new IllegalArgumentException("has '" + part + "', must be like name=0.02");
        }
        String name = part.substring(0, equals).strip();
        if (probabilities.put(name, probability(part.substring(equals + 1).strip())) != null) {
          throw new IllegalArgumentException("names " + name + " twice");
        }
      }
      return probabilities;
    }

    private static double probability(String text) {
      if (!text.matches("\\d*\\.?\\d+")) {
        throw new IllegalArgumentException("has '" + text + "', must be a number from 0 to 1");
      }
      double probability = Double.parseDouble(text);
      if (probability > 1) {
        throw new IllegalArgumentException("has " + text + ", must be from 0 to 1");
      }
      return probability;
    }
  }
}
