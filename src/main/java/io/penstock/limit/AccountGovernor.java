package io.penstock.limit;

import io.penstock.limit.AccountReport.Tally;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Grants what belongs to one account and model to the executors of a run, so that the sum of what
 * they hold is never more than there is: an executor counts with the most that it may believe to
 * have, until it has confirmed less, or its lease has run out. Confined to its governor's lock.
 */
final class AccountGovernor {
  /**
   * Refusals in a row, over all executors, after which the account is paused: more than one machine
   * of a provider that goes down.
   */
  static final int REFUSALS_TO_PAUSE = 20;

  /** While an account is paused one call of the whole cluster tries it so often. */
  static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);

  /** Refusals for want of capacity above this share are more than some bad machines. */
  static final double OVERLOADED_SHARE = 0.1;

  /** Of these too few say nothing. */
  private static final int OVERLOADS_THAT_COUNT = 3;

  /** Dividing anew costs as much as there are executors: not oftener than so many ms for each. */
  private static final long PLAN_MILLIS_PER_EXECUTOR = 1;

  private final AccountLimits limits;
  private final Governor.Clock clock;
  private final AdaptiveLimit adaptive;
  private final RecentShare overloads = new RecentShare();
  private final RecentShare failures = new RecentShare();
  private final Map<String, Tenant> members = new TreeMap<>();
  private final Map<Rate, Double> ratesHeld = new EnumMap<>(Rate.class);
  private final RatePlan ratePlan;
  private final Pause pause = new Pause();
  private Rates learnt = Rates.NONE;
  private int permitsHeld;
  private int recordedLimit;
  private long plannedNanos;
  private boolean planned;
  private long holdUntilNanos;
  private long lastSuccessNanos;
  private long numbers;

  /** Whether the account is paused, and who tries it. */
  private static final class Pause {
    boolean on;
    long era;
    long probedNanos;
  }

  AccountGovernor(AccountLimits limits, Governor.Clock clock) {
    this.limits = limits;
    this.clock = clock;
    ratePlan = new RatePlan(limits.share());
    long now = clock.nanoTime();
    adaptive = new AdaptiveLimit(now);
    holdUntilNanos = now;
    lastSuccessNanos = now;
  }

  Allowance renew(String executorId, AccountReport report) {
    long now = clock.nanoTime();
    Tenant member = members.get(executorId);
    Tally before = member == null ? firstTally(report) : member.report.tally();
    boolean newsOfRates = member == null || !member.report.learnt().equals(report.learnt());
    if (member == null) {
      member = new Tenant(report);
      members.put(executorId, member);
      planned = false;
      bound();
      record("executors: " + members.size());
    }
    planned &= member.report.load().waiting() == report.load().waiting() && !member.silent;
    member.report = report;
    member.reportedNanos = now;
    member.silent = false;
    member.sent.removeIf(allowance -> allowance.number() < report.allowance());
    hold(member);
    if (newsOfRates) {
      learn(report.learnt());
    }
    observe(report, report.tally().since(before), now);
    plan(now);
    Allowance next = next(member, now);
    member.sent.add(next);
    hold(member);
    return next;
  }

  /** One that was taken for dead has told all but the last already. */
  private static Tally firstTally(AccountReport report) {
    return report.allowance() == 0 ? Tally.NONE : report.tally();
  }

  /** It has ended, or its runtime has: nothing of it is under way any more. */
  void forget(String executorId) {
    Tenant gone = members.remove(executorId);
    if (gone != null) {
      release(gone);
      planned = false;
      bound();
      record("executors: " + members.size());
    }
  }

  private void release(Tenant member) {
    member.sent.clear();
    permitsHeld -= member.permitsHeld;
    member.permitsHeld = 0;
    member.ratesHeld.forEach((rate, held) -> ratesHeld.merge(rate, -held, Double::sum));
    member.ratesHeld.clear();
  }

  private void hold(Tenant member) {
    int permits = member.permits();
    permitsHeld += permits - member.permitsHeld;
    member.permitsHeld = permits;
    for (Rate rate : Rate.values()) {
      double held = member.rate(rate);
      double before = member.ratesHeld.getOrDefault(rate, 0.0);
      ratesHeld.merge(rate, held - before, Double::sum);
      member.ratesHeld.put(rate, held);
    }
  }

  private void observe(AccountReport report, Tally ended, long now) {
    overloads.add(ended.succeeded(), ended.overloaded());
    failures.add(ended.succeeded(), ended.unhealthy());
    if (ended.succeeded() > 0) {
      succeeded(report, ended.succeeded(), now);
    }
    if (ended.refused() > 0) {
      refused(ended, now);
    }
    holdUntilNanos = later(holdUntilNanos, now + millis(report.holdMillis()));
    boolean longWait = report.holdMillis() > Brake.LONGEST_HOLD.toMillis();
    if (!pause.on && (longWait || hasOnlyRefusals(now))) {
      pause.on = true;
      pause.probedNanos = now;
      record("pause");
    }
  }

  private void succeeded(AccountReport report, long count, long now) {
    lastSuccessNanos = now;
    if (pause.on && report.inARow() == 0) {
      pause.on = false;
      pause.era += inFlight() <= 1 ? 1 : 0;
      holdUntilNanos = now;
      members.values().forEach(member -> member.forgiven = member.report.inARow());
      record("resume");
    }
    boolean healthy = failures.share() <= AdaptiveLimit.UNHEALTHY_SHARE;
    if (limits.window().adaptive() && healthy) {
      adaptive.succeeded(count, inFlight());
      recordGrowth();
    }
  }

  /** A probe that is refused says no more than the refusals that led to the pause. */
  private void refused(Tally ended, long now) {
    boolean overloaded =
        ended.overloaded() > 0
            && overloads.bad() >= OVERLOADS_THAT_COUNT
            && overloads.share() > OVERLOADED_SHARE;
    boolean tooFast = ended.tooFast() > 0 && !account().perMinute().containsKey(Rate.REQUESTS);
    boolean cuts = !pause.on && (ended.tooMany() > 0 || overloaded || tooFast);
    if (limits.window().adaptive() && cuts && adaptive.refused(now)) {
      record(
          ended.tooMany() > 0 ? "cut: too many" : overloaded ? "cut: overloaded" : "cut: too fast");
    }
  }

  /** Of executors that have gone on being refused while no other was answered. */
  private boolean hasOnlyRefusals(long now) {
    int inARow =
        members.values().stream().filter(member -> !member.silent).mapToInt(Tenant::inARow).sum();
    boolean answeredLately = now - lastSuccessNanos < Duration.ofSeconds(1).toNanos();
    return inARow >= REFUSALS_TO_PAUSE && !answeredLately;
  }

  private void learn(Rates rates) {
    if (!rates.perMinute().isEmpty() && !rates.equals(learnt)) {
      learnt = rates;
      planned = false;
      record("learnt: " + words(rates));
    }
  }

  private static String words(Rates rates) {
    return rates.perMinute().entrySet().stream()
        .map(each -> "%s %.0f a minute".formatted(each.getKey(), each.getValue()))
        .collect(Collectors.joining(", "));
  }

  private Rates account() {
    return limits.rates().orElse(learnt);
  }

  private void bound() {
    int executors = Math.max(1, members.size());
    adaptive.bound(
        limits.leastInFlight(executors),
        limits.firstInFlight(executors),
        limits.mostInFlight(executors));
  }

  /** Who is to have what, once everybody has confirmed. */
  private void plan(long now) {
    long interval = Duration.ofMillis(PLAN_MILLIS_PER_EXECUTOR * members.size()).toNanos();
    if (planned && now - plannedNanos < interval) {
      return;
    }
    planned = true;
    plannedNanos = now;
    expire(now);
    Map<String, Integer> wanted = new HashMap<>();
    members.forEach((id, member) -> wanted.put(id, wanted(member)));
    Map<String, Integer> shares = Shares.fair(adaptive.current(), wanted);
    members.forEach((id, member) -> member.permitsPlanned = shares.get(id));
    ratePlan.plan(account(), members.values(), now);
  }

  private static int wanted(Tenant member) {
    if (member.silent) {
      return member.permitsHeld;
    }
    return member.report.load().waiting() ? Integer.MAX_VALUE : member.inFlight();
  }

  /** What an executor held that has been silent for its lease, and for a call after it. */
  private void expire(long now) {
    for (Iterator<Tenant> each = members.values().iterator(); each.hasNext(); ) {
      Tenant member = each.next();
      long silent = now - member.reportedNanos - Governor.LEASE_LIFE.toNanos();
      if (silent < 0) {
        continue;
      }
      member.silent = true;
      member.ratesHeld.replaceAll(
          (rate, held) -> {
            ratesHeld.merge(rate, -held, Double::sum);
            return 0.0;
          });
      if (silent >= limits.longestCall().toNanos()) {
        release(member);
        each.remove();
        bound();
        record("executors: " + members.size());
      }
    }
  }

  private Allowance next(Tenant member, long now) {
    int free = adaptive.current() - (permitsHeld - member.permitsHeld);
    int permits =
        Math.max(0, Math.min(Math.min(member.permitsPlanned, limits.mostPerExecutor()), free));
    long holdMillis = Math.max(0, Duration.ofNanos(holdUntilNanos - now).toMillis());
    return new Allowance(
        limits.account(),
        ++numbers,
        permits,
        ratePlan.shares(member, rate -> heldByOthers(member, rate)),
        starts(member, now),
        pause.on ? 0 : holdMillis,
        pause.era);
  }

  private int starts(Tenant member, long now) {
    if (!pause.on) {
      return Allowance.UNLIMITED;
    }
    boolean able = member.report.load().waiting() && (member.sharesRates || ratePlan.isEmpty());
    boolean probes = now - pause.probedNanos >= PROBE_INTERVAL.toNanos() && able;
    if (probes) {
      pause.probedNanos = now;
      record("probe");
    }
    return probes ? 1 : 0;
  }

  private double heldByOthers(Tenant member, Rate rate) {
    return ratesHeld.getOrDefault(rate, 0.0) - member.ratesHeld.getOrDefault(rate, 0.0);
  }

  /** Limits that make somebody wait so long or longer. */
  List<LongWait> longWaits(Duration atLeast) {
    return ratePlan.longWaits(limits.account(), members.values(), atLeast);
  }

  AccountLoad load() {
    int underWay =
        members.values().stream()
            .filter(member -> !member.silent)
            .mapToInt(member -> member.report.load().inFlight())
            .sum();
    return new AccountLoad(limits.account(), underWay, adaptive.current(), pause.on);
  }

  private int inFlight() {
    return members.values().stream().mapToInt(Tenant::inFlight).sum();
  }

  private void recordGrowth() {
    if (adaptive.current() != recordedLimit) {
      record(LimitChange.GROWTH);
    }
  }

  private void record(String why) {
    recordedLimit = adaptive.current();
    clock.changed(limits.account(), recordedLimit, why, inFlight());
  }

  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }
}
