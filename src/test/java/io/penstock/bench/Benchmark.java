package io.penstock.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures what Penstock promises of speed, each time beside something else in the same run. Writes
 * {@code results.json} into the folder that is its argument. The property {@code bench.scenes}
 * names what to measure.
 */
public final class Benchmark {
  private static final Logger LOG = LoggerFactory.getLogger(Benchmark.class);

  /** Against the bare loop. */
  private static final Map<String, Scene> CONTESTS = new LinkedHashMap<>();

  static {
    CONTESTS.put("short", Scene.fixed("latency-bound, ten rounds", Duration.ofSeconds(2), 640));
    CONTESTS.put("latency", Scene.fixed("latency-bound", Duration.ofSeconds(1), 6_400));
    CONTESTS.put("tail", new Scene("long tail", "lognormal:1s:10s", 1_280));
    CONTESTS.put("cpu", new Scene("cpu-bound", Scene.NO_LATENCY, 20_000));
  }

  /** With comparisons of their own. */
  private static final Map<String, Measurement> OTHERS = new LinkedHashMap<>();

  static {
    OTHERS.put("unknown", new UnknownLimits());
    OTHERS.put("outage", new Outage());
    OTHERS.put("many", new ManyInFlight());
    OTHERS.put("startup", StartUp::measure);
    OTHERS.put("cached", CachedMillion::measure);
    OTHERS.put("savings", new Savings());
    OTHERS.put("batch", new ManyInBatches());
    OTHERS.put("progress", new ProgressCpu());
  }

  private Benchmark() {}

  public static void main(String[] arguments) {
    int exitCode = 1;
    try {
      measure(Files.createDirectories(Path.of(arguments[0])));
      exitCode = 0;
    } catch (IOException | InterruptedException | RuntimeException e) {
      LOG.error("The benchmark broke off", e);
    }
    // also ends the threads that Spark leaves behind
    System.exit(exitCode);
  }

  private static void measure(Path folder) throws IOException, InterruptedException {
    Contest contest =
        new Contest(
            folder, Integer.getInteger("bench.in.flight"), Integer.getInteger("bench.rounds"));
    List<Contest.Result> results = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String scene : System.getProperty("bench.scenes").split(",")) {
      if (CONTESTS.containsKey(scene)) {
        results.add(contest.run(CONTESTS.get(scene)));
      } else if (OTHERS.containsKey(scene)) {
        String figures = OTHERS.get(scene).measure(Files.createTempDirectory(folder, scene + "-"));
        System.out.println(figures);
        lines.add(figures);
      } else {
        throw new IllegalArgumentException(
            "bench.scenes has " + scene + ", knows " + CONTESTS.keySet() + OTHERS.keySet());
      }
    }
    BenchReport report = new BenchReport(contest.inFlight(), results);
    Files.write(folder.resolve("results.json"), report.toJson());
    System.out.println(report.toText());
    lines.forEach(System.out::println);
  }
}
