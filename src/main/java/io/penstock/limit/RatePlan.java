package io.penstock.limit;

import io.penstock.limit.Allowance.Share;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Divides an account's rates among its executors: who has a share, how fast it is refilled and how
 * much of it may be saved up. Confined to its governor's lock.
 */
final class RatePlan {
  /**
   * What an executor may save up of a rate while nothing begins, in seconds of its share: about a
   * garbage collection.
   */
  private static final double BURST_SECONDS = 0.25;

  /**
   * The largest calls of all executors together may be so much of a minute; where they are more,
   * fewer executors get a share at a time. What may be saved up is lost to the rate.
   */
  private static final double BURST_SHARE = 0.1;

  private static final double SECONDS_PER_MINUTE = 60;

  /** Calls that follow one another at the exact pace must not meet a minute's end too soon. */
  private static final double HAIR = 1 - 1e-6;

  private final double part;
  private final Map<Rate, MinutePeak> bursts = new EnumMap<>(Rate.class);
  private Rates limits = Rates.NONE;
  private int sharing;

  /**
   * @param part of the account's limits that is this application's
   */
  RatePlan(double part) {
    this.part = part;
  }

  /** Whether there is any rate to keep to. */
  boolean isEmpty() {
    return limits.perMinute().isEmpty();
  }

  /** Those that wait, or all where nobody does; as many as the largest calls leave room for. */
  void plan(Rates account, Collection<Tenant> members, long now) {
    limits = account;
    List<Tenant> heard = members.stream().filter(member -> !member.silent).toList();
    List<Tenant> waiting = heard.stream().filter(member -> member.report.load().waiting()).toList();
    List<Tenant> claimants = waiting.isEmpty() ? heard : waiting;
    int room =
        limits.perMinute().keySet().stream()
            .mapToInt(rate -> roomFor(rate, members))
            .min()
            .orElse(Integer.MAX_VALUE);
    members.forEach(member -> member.sharesRates = false);
    claimants.stream().limit(room).forEach(member -> member.sharesRates = true);
    sharing = Math.min(room, claimants.size());
    limits.perMinute().keySet().forEach(rate -> planBursts(rate, members, now));
  }

  private double perMinute(Rate rate) {
    return limits.perMinute().get(rate) * part;
  }

  /** How much may be saved up: by each, by all, and by all within the last minute. */
  private void planBursts(Rate rate, Collection<Tenant> members, long now) {
    double even = perMinute(rate) / sharing / SECONDS_PER_MINUTE;
    double all = 0;
    for (Tenant member : members) {
      double burst = member.sharesRates ? Math.max(member.largest(rate), BURST_SECONDS * even) : 0;
      member.bursts.put(rate, burst);
      all += burst;
    }
    bursts.computeIfAbsent(rate, unknown -> new MinutePeak(now)).add(all, now);
  }

  private int roomFor(Rate rate, Collection<Tenant> members) {
    long largest = members.stream().mapToLong(member -> member.largest(rate)).max().orElse(1);
    return (int) Math.max(1, BURST_SHARE * perMinute(rate) / largest);
  }

  /**
   * @param heldByOthers of each rate, a second
   */
  Map<Rate, Share> shares(Tenant member, ToDoubleFunction<Rate> heldByOthers) {
    Map<Rate, Share> shares = new EnumMap<>(Rate.class);
    for (Rate rate : limits.perMinute().keySet()) {
      boolean has = member.sharesRates && member.bursts.containsKey(rate);
      shares.put(
          rate, has ? share(member, rate, heldByOthers.applyAsDouble(rate)) : new Share(0, 0));
    }
    return shares;
  }

  private Share share(Tenant member, Rate rate, double others) {
    double refill = refill(rate) / SECONDS_PER_MINUTE;
    double perSecond = Math.max(0, Math.min(refill / sharing, refill - others));
    return new Share(perSecond, member.bursts.get(rate));
  }

  /**
   * By the minute, and in no minute more than the limit: what may have been saved up before it is
   * not refilled. Where one call takes nearly all of a minute or more, little is left of that:
   * seldom, but not never.
   */
  private double refill(Rate rate) {
    double saved = bursts.get(rate).value();
    if (rate == Rate.REQUESTS && saved <= 1) {
      return HAIR * singly(limits.perMinute().get(rate));
    }
    return Math.max(BURST_SHARE * perMinute(rate), perMinute(rate) - saved);
  }

  /**
   * Of whole calls, each of which waits until it has been saved up: they are a pace apart, so that
   * in no time more of them begin than the pace brings in it. A limit that is no whole number is
   * one of an hour or a day; of one by the minute, a part that is no whole number is none of the
   * others' either.
   */
  private double singly(double limit) {
    double perMinute = limit * part;
    boolean byTheMinute = limit == Math.rint(limit) && perMinute >= 1;
    return byTheMinute ? Math.floor(perMinute) : perMinute;
  }

  /**
   * The rates for which somebody waits so long from call to call, or longer.
   *
   * @param account as people call it
   */
  List<LongWait> longWaits(String account, Collection<Tenant> members, Duration atLeast) {
    List<LongWait> waits = new ArrayList<>();
    for (Rate rate : limits.perMinute().keySet()) {
      double largest =
          members.stream()
              .filter(member -> member.sharesRates && member.report.load().waiting())
              .mapToLong(member -> member.largest(rate))
              .max()
              .orElse(0);
      long millis = Math.round(largest / refill(rate) * Duration.ofMinutes(1).toMillis());
      if (millis >= atLeast.toMillis()) {
        waits.add(new LongWait(account, rate, perMinute(rate), Duration.ofMillis(millis)));
      }
    }
    return waits;
  }
}
