package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.slow.PaceScene.Allowed;
import java.util.Locale;

/**
 * How a job used what its account allows, while it was under way.
 *
 * @param seconds that were measured
 * @param used per second: requests that were admitted, or tokens of answers
 * @param refusedShare of the requests
 * @param meanInFlight over the time measured
 * @param peakInFlight since the job's first call
 */
record PaceFigures(
    PaceScene scene,
    double seconds,
    double used,
    double refusedShare,
    double meanInFlight,
    int peakInFlight) {
  /** The simulator's figures at a moment. */
  record Sample(long nanos, JsonNode stats) {
    private double number(String pointer) {
      return stats.at(pointer).asDouble();
    }

    private double refused() {
      return number("/refused/requests") + number("/refused/tokens") + number("/refused/in_flight");
    }

    private double used(Allowed allowed) {
      return allowed == Allowed.TOKENS ? number("/ok_tokens") : number("/requests") - refused();
    }
  }

  static PaceFigures between(PaceScene scene, Sample first, Sample last) {
    double seconds = (last.nanos() - first.nanos()) / 1e9;
    double requests = last.number("/requests") - first.number("/requests");
    return new PaceFigures(
        scene,
        seconds,
        (last.used(scene.allowed()) - first.used(scene.allowed())) / seconds,
        (last.refused() - first.refused()) / requests,
        (last.number("/in_flight_seconds") - first.number("/in_flight_seconds")) / seconds,
        last.stats().path("peak_in_flight").intValue());
  }

  /** Of the allowed rate. */
  double share() {
    return used / scene.allowed().perSecond();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "pace %s: %d executors, %.1f s, %.3f per second, share %.4f, refused %.4f, in flight %.1f, at most %d",
        scene,
        scene.executors(),
        seconds,
        used,
        share(),
        refusedShare,
        meanInFlight,
        peakInFlight);
  }
}
