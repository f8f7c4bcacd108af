package io.penstock.bench;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The figures of one round of one client.
 *
 * @param seconds from the first request to the last answer, as the simulator saw it
 * @param idealShare of the ideal time in that; 0 where the simulator has no latency
 * @param callsCpuMillis processor time per 1,000 requests while calls were made
 * @param wholeCpuMillis the same of all that the client did
 */
record Round(
    double seconds,
    double idealShare,
    double requestsPerSecond,
    double callsCpuMillis,
    double wholeCpuMillis) {
  static Round of(Scene scene, double idealSeconds, double seconds, Client.CpuTime cpu) {
    double thousands = scene.requests() / 1_000.0;
    return new Round(
        seconds,
        idealSeconds / seconds,
        scene.requests() / seconds,
        cpu.callsNanos() / 1e6 / thousands,
        cpu.wholeNanos() / 1e6 / thousands);
  }

  @Override
  public String toString() {
    return "%.2f s, %.1f requests/s, CPU per 1,000 requests %.0f ms of calls, %.0f ms in all"
        .formatted(seconds, requestsPerSecond, callsCpuMillis, wholeCpuMillis);
  }

  /** Each figure's own median. */
  static Round median(List<Round> rounds) {
    return new Round(
        median(rounds, Round::seconds),
        median(rounds, Round::idealShare),
        median(rounds, Round::requestsPerSecond),
        median(rounds, Round::callsCpuMillis),
        median(rounds, Round::wholeCpuMillis));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
    return rounds.stream()
        .sorted(Comparator.comparingDouble(figure))
        .skip(rounds.size() / 2)
        .mapToDouble(figure)
        .findFirst()
        .orElseThrow();
  }
}
