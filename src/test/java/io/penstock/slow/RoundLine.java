package io.penstock.slow;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a round of the kill harness came to; a line of {@code rounds.jsonl} is this record in
 * snake_case.
 *
 * @param exitCodes of the job's executions, one after the other
 * @param paid null where the round broke off
 * @param money null where the round broke off
 * @param problems all that is wrong; empty: the round is good
 */
record RoundLine(
    int round,
    Kill kill,
    List<Integer> exitCodes,
    @Nullable Paid paid,
    @Nullable Money money,
    double seconds,
    List<String> problems) {

  /** What is killed. */
  enum Target {
    DRIVER,
    EXECUTOR
  }

  /**
   * @param seed that target's choice and moment follow from
   * @param momentSeconds after the first call
   * @param struck false: the job had ended before
   */
  record Kill(Target target, long seed, double momentSeconds, boolean struck) {}

  /**
   * @param called by the runs' own summaries
   * @param requests that the simulator has seen
   * @param twice answers billed beyond one to each distinct request
   * @param inFlight most calls that were under way from the kill on, until what it hit had ended
   * @param flushWindow answers that were delivered in the last flush interval before the kill
   * @param inDoubt by the runs' own summaries
   */
  record Paid(
      long called, long requests, long twice, int inFlight, long flushWindow, long inDoubt) {}

  /**
   * @param gapUsd billed, and neither cost nor known waste nor unclaimed
   * @param possibleUsd {@code waste_usd.possible}
   */
  record Money(BigDecimal gapUsd, BigDecimal possibleUsd) {}

  @JsonProperty(value = "ok", access = JsonProperty.Access.READ_ONLY)
  boolean isOk() {
    return problems.isEmpty();
  }
}
