package io.penstock.cluster;

import io.penstock.limit.AccountReport;
import io.penstock.limit.Allowance;
import io.penstock.limit.PurseAllowance;
import io.penstock.limit.PurseReport;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A runtime that notes what is asked of it. */
final class FakeParticipant implements Participant {
  private final String runId;
  private final List<String> events = new ArrayList<>();
  private Counts counts = Counts.NONE;

  FakeParticipant(String runId) {
    this.runId = runId;
  }

  /** "stop: reason" and "close", in their order. */
  synchronized List<String> events() {
    return List.copyOf(events);
  }

  synchronized void count(Counts now) {
    counts = now;
  }

  @Override
  public String runId() {
    return runId;
  }

  @Override
  public synchronized Counts counts() {
    return counts;
  }

  @Override
  public List<AccountReport> reports() {
    return List.of();
  }

  @Override
  public synchronized void allow(List<Allowance> allowances, long validUntilNanos) {
    events.add("allow: " + allowances.size());
  }

  @Override
  public Optional<PurseReport> purse() {
    return Optional.of(
        new PurseReport(
            "purse", 0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ONE, BigDecimal.ONE));
  }

  @Override
  public synchronized void allow(PurseAllowance allowance) {
    events.add("afford: " + allowance.limit().stripTrailingZeros().toPlainString());
  }

  @Override
  public Optional<AccountStop> accountStop() {
    return Optional.empty();
  }

  @Override
  public synchronized void stop(String reason) {
    events.add("stop: " + reason);
  }

  @Override
  public synchronized void close() {
    events.add("close");
  }
}
