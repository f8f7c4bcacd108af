package io.penstock.simulator;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A way in which the simulator spoils an answer on purpose. */
public enum Fault {
  /** Status 500 after the latency; nothing is generated or billed. */
  INTERNAL_ERROR("500"),
  /** Status 503 at once; nothing is generated or billed. */
  UNAVAILABLE("503"),
  /** Status 529 at once; nothing is generated or billed. */
  OVERLOADED("529"),
  /** The answer is generated and billed, then the connection is closed without a byte of it. */
  RESET("reset"),
  /** Status 200 and a body of full length that is not JSON; billed. */
  MALFORMED("malformed"),
  /** Status 200 and half of the announced body, then the connection is closed; billed. */
  TRUNCATED("truncated"),
  /** A right answer whose body takes five seconds longer. */
  SLOW("slow"),
  /** Status 429 at once, for requests per minute, whatever the limits; not billed. */
  RATE_LIMITED("429"),
  /** Status 429 at once, for an account without credit; not billed. */
  QUOTA("quota");

  private final String word;

  Fault(String word) {
    this.word = word;
  }

  /** The name in the options. */
  public String word() {
    return word;
  }

  static Optional<Fault> named(String word) {
    return Arrays.stream(values()).filter(fault -> fault.word.equals(word)).findFirst();
  }

  static String words() {
    return Arrays.stream(values()).map(Fault::word).collect(Collectors.joining(", "));
  }

  /** True for an error that is answered in place of an answer. */
  boolean isRefusal() {
    return this == INTERNAL_ERROR || isImmediate();
  }

  /** True for a refusal that comes before any work was begun, so without latency. */
  boolean isImmediate() {
    return this == UNAVAILABLE || this == OVERLOADED || this == RATE_LIMITED || this == QUOTA;
  }

  /** True where the caller gets no usable answer. */
  boolean failsRequest() {
    return this != SLOW;
  }

  /**
   * @param probabilities of each fault, at most 1 together; what is left is the probability of none
   */
  static @Nullable Fault draw(Map<Fault, Double> probabilities, SplittableRandom random) {
    if (probabilities.isEmpty()) {
      return null;
    }
    double left = random.nextDouble();
    for (Fault fault : values()) {
      left -= probabilities.getOrDefault(fault, 0.0);
      if (left < 0) {
        return fault;
      }
    }
    return null;
  }
}
