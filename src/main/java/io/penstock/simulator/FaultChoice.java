package io.penstock.simulator;

import io.penstock.simulator.StatsRecorder.Attempt;
import io.penstock.simulator.StatsRecorder.Entry;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Decides what goes wrong with a request: what the rules in force say of all requests, else what
 * its header {@code x-simulate} asks for, else what the options leave to chance. Thread-safe.
 */
final class FaultChoice {
  static final HttpString HEADER = new HttpString("x-simulate");

  /** Two refusals for overload, then an answer. */
  private static final String RETRY = "retry";

  /** In the order in which an error names them. */
  private static final String ALLOWED = "429, 500, 503, 529, quota, slow, reset, retry";

  private static final Set<String> ASKABLE = Set.of(ALLOWED.split(", "));

  private final WireDialect dialect;
  private final SimulatorOptions options;
  private final AccountGates gates;

  FaultChoice(WireDialect dialect, SimulatorOptions options, AccountGates gates) {
    this.dialect = dialect;
    this.options = options;
    this.gates = gates;
  }

  /**
   * What the request asks for; null where it asks for nothing.
   *
   * @throws ApiException where nobody knows what it asks for
   */
  @Nullable String asked(HeaderMap headers) throws ApiException {
    String asked = headers.getFirst(HEADER);
    if (asked != null && !ASKABLE.contains(asked.strip())) {
      throw dialect.invalid(HEADER.toString(), "invalid_value", "must be one of " + ALLOWED);
    }
    return asked == null ? null : asked.strip();
  }

  /** Null for a request with which nothing goes wrong. */
  @Nullable Fault choose(@Nullable String asked, Entry entry, Attempt attempt) {
    Fault refuse = gates.rules().refuse();
    if (refuse != null) {
      return refuse;
    }
    if (asked == null) {
      return draw(attempt);
    }
    if (asked.equals(RETRY)) {
      return entry.isToBeRetried(attempt) ? dialect.overload() : null;
    }
    return Fault.named(asked).orElseThrow();
  }

  private @Nullable Fault draw(Attempt attempt) {
    long seed = SimulatedRequest.mix(options.seed()) + attempt.arrival();
    return Fault.draw(options.faults(), new SplittableRandom(seed));
  }
}
