package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.simulator.AccountGates.Rules;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code POST /limits}, which changes the limits of a running simulator. Keys that are absent
 * stay as they are; null lifts a limit. A body with anything wrong changes nothing. Thread-safe.
 */
final class LimitsHandler {
  private static final String MAX_IN_FLIGHT = "max_in_flight";
  private static final String REQUESTS_PER_MINUTE = "requests_per_minute";
  private static final String TOKENS_PER_MINUTE = "tokens_per_minute";
  private static final String BURST_SECONDS = "burst_seconds";
  private static final String REFUSE = "refuse";
  private static final Set<String> KEYS =
      Set.of(MAX_IN_FLIGHT, REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE, BURST_SECONDS, REFUSE);
  private static final Set<Fault> REFUSALS = Set.of(Fault.UNAVAILABLE, Fault.RATE_LIMITED);

  private final AccountGates gates;
  private final WireDialect dialect;

  /**
   * @param dialect words the errors
   */
  LimitsHandler(AccountGates gates, WireDialect dialect) {
    this.gates = gates;
    this.dialect = dialect;
  }

  /**
   * @return the rules now in force, as JSON
   */
  byte[] change(byte[] body) throws ApiException {
    RequestFields fields = RequestFields.parse(body, dialect);
    Optional<String> unknown = fields.firstUnknown(KEYS);
    if (unknown.isPresent()) {
      throw dialect.invalid(unknown.get(), "unknown_parameter", "is not a limit");
    }
    // read once before anything changes: no error is left for the change itself
    Wanted wanted = new Wanted(fields);
    return json(gates.change(wanted::applyTo));
  }

  private static byte[] json(Rules rules) {
    return WireDialect.json(json -> write(json, rules));
  }

  private static void write(JsonGenerator json, Rules rules) throws IOException {
    SimulatorLimits limits = rules.limits();
    Fault refuse = rules.refuse();
    json.writeObjectField(MAX_IN_FLIGHT, limits.maxInFlight());
    json.writeObjectField(REQUESTS_PER_MINUTE, limits.requestsPerMinute());
    json.writeObjectField(TOKENS_PER_MINUTE, limits.tokensPerMinute());
    json.writeNumberField(BURST_SECONDS, limits.burstSeconds());
    json.writeObjectField(REFUSE, refuse == null ? null : Integer.valueOf(refuse.word()));
  }

  /** The changes that a body asks for. */
  private final class Wanted {
    private final RequestFields fields;
    private final @Nullable Long maxInFlight;
    private final @Nullable Long requestsPerMinute;
    private final @Nullable Long tokensPerMinute;
    private final @Nullable Duration burst;
    private final @Nullable Fault refuse;

    Wanted(RequestFields fields) throws ApiException {
      this.fields = fields;
      maxInFlight = read(MAX_IN_FLIGHT, SimulatorLimits::limit);
      requestsPerMinute = read(REQUESTS_PER_MINUTE, SimulatorLimits::limit);
      tokensPerMinute = read(TOKENS_PER_MINUTE, SimulatorLimits::limit);
      burst = read(BURST_SECONDS, SimulatorLimits::burst);
      refuse = read(REFUSE, LimitsHandler::refusal);
      if (burst == null && fields.mentions(BURST_SECONDS)) {
        throw dialect.invalid(BURST_SECONDS, "invalid_type", "must be a number of seconds");
      }
    }

    /** Null where the key is absent or null. */
    private <T> @Nullable T read(String key, Function<String, T> reader) throws ApiException {
      JsonNode value = fields.value(key);
      if (value.isMissingNode() || value.isNull()) {
        return null;
      }
      if (!value.isNumber()) {
        throw dialect.invalid(key, "invalid_type", "must be a number");
      }
      try {
        return reader.apply(value.decimalValue().toPlainString());
      } catch (IllegalArgumentException e) {
        throw dialect.invalid(key, "invalid_value", String.valueOf(e.getMessage()));
      }
    }

    Rules applyTo(Rules old) {
      SimulatorLimits limits = old.limits();
      return new Rules(
          new SimulatorLimits(
              either(MAX_IN_FLIGHT, maxInFlight, limits.maxInFlight()),
              either(REQUESTS_PER_MINUTE, requestsPerMinute, limits.requestsPerMinute()),
              either(TOKENS_PER_MINUTE, tokensPerMinute, limits.tokensPerMinute()),
              burst == null ? limits.burst() : burst),
          either(REFUSE, refuse, old.refuse()));
    }

    private <T> @Nullable T either(String key, @Nullable T wanted, @Nullable T old) {
      return fields.mentions(key) ? wanted : old;
    }
  }

  private static Fault refusal(String text) {
    return Fault.named(text)
        .filter(REFUSALS::contains)
        .orElseThrow(
            () -> new IllegalArgumentException("is " + text + ", must be 503, 429 or null"));
  }
}
