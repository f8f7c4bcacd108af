package io.penstock.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** What came out, for people and for programs. */
record BenchReport(int inFlight, List<Contest.Result> results) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Medians and all rounds of each scene. */
  byte[] toJson() throws JsonProcessingException {
    ObjectNode json = JSON.createObjectNode().put("inFlight", inFlight);
    for (Contest.Result result : results) {
      ObjectNode scene = json.putObject(result.scene().name());
      scene.put("requests", result.scene().requests());
      scene.put("latency", result.scene().latency());
      scene.set("bareLoop", client(result.bareLoop()));
      scene.set("penstock", client(result.penstock()));
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  private static ObjectNode client(List<Round> rounds) {
    ObjectNode json = JSON.createObjectNode();
    json.set("median", JSON.valueToTree(Round.median(rounds)));
    json.set("rounds", JSON.valueToTree(rounds));
    return json;
  }

  String toText() {
    StringBuilder text = new StringBuilder();
    results.forEach(result -> text.append('\n').append(scene(result)));
    return text.toString();
  }

  private String scene(Contest.Result result) {
    Scene scene = result.scene();
    Round bare = Round.median(result.bareLoop());
    Round penstock = Round.median(result.penstock());
    String title =
        String.format(
            Locale.ROOT,
            "%s: %,d requests of %s, %d in flight, rounds: %d, medians%n%-44s %10s %10s %10s%n",
            scene.name(),
            scene.requests(),
            scene.latency(),
            inFlight,
            result.bareLoop().size(),
            "",
            "bare loop",
            "penstock",
            "ratio");
    String shares =
        scene.hasLatency()
            ? line("share of the ideal time", bare.idealShare(), penstock.idealShare())
            : "";
    return title
        + shares
        + line("requests/s", bare.requestsPerSecond(), penstock.requestsPerSecond())
        + line("CPU ms per 1,000 requests, calls", bare.callsCpuMillis(), penstock.callsCpuMillis())
        + line(
            "CPU ms per 1,000 requests, whole job",
            bare.wholeCpuMillis(),
            penstock.wholeCpuMillis());
  }

  private static String line(String what, double bare, double penstock) {
    return String.format(
        Locale.ROOT, "  %-42s %10.3f %10.3f %10.3f%n", what, bare, penstock, penstock / bare);
  }
}
