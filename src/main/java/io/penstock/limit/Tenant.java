package io.penstock.limit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * One executor's part of an account, as the driver knows it: what it told last, what it was sent
 * and has not confirmed yet, what it holds and is to hold. Confined to its governor's lock.
 */
final class Tenant {
  AccountReport report;
  long reportedNanos;
  final Deque<Allowance> sent = new ArrayDeque<>();
  int permitsHeld;
  final Map<Rate, Double> ratesHeld = new EnumMap<>(Rate.class);
  int permitsPlanned;
  boolean sharesRates;
  final Map<Rate, Double> bursts = new EnumMap<>(Rate.class);
  boolean silent;
  int forgiven;

  Tenant(AccountReport report) {
    this.report = report;
  }

  int inFlight() {
    return Math.max(report.load().inFlight(), report.load().peakInFlight());
  }

  /** Refusals in a row since the account's last pause. */
  int inARow() {
    forgiven = Math.min(forgiven, report.inARow());
    return report.inARow() - forgiven;
  }

  /** What its largest call of late takes. */
  long largest(Rate rate) {
    return Math.max(1, report.largest().getOrDefault(rate, 1L));
  }

  /** What it may believe to have. */
  int permits() {
    int granted = sent.stream().mapToInt(Allowance::permits).max().orElse(0);
    return Math.max(granted, report.load().inFlight());
  }

  double rate(Rate rate) {
    return sent.stream()
        .map(allowance -> allowance.shares().get(rate))
        .mapToDouble(share -> share == null ? 0 : share.perSecond())
        .max()
        .orElse(0);
  }
}
