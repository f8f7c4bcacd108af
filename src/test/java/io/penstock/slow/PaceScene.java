package io.penstock.slow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A job on the cluster whose account allows so much a minute and no more.
 *
 * @param name of a number of executors, {@code churn} or {@code tokens}
 * @param killInterval an executor is killed so often; longer than any measurement: never
 */
record PaceScene(String name, int executors, Allowed allowed, Duration killInterval) {
  /** Calls at once per executor: far more than the rate needs. */
  static final int IN_FLIGHT = 64;

  private static final Duration KILL_INTERVAL = Duration.ofSeconds(20);
  private static final Duration NEVER = Duration.ofDays(1);
  private static final int SOME_EXECUTORS = 2;
  private static final int CORES_PER_EXECUTOR = 8;

  /** Before and after the measurement the job calls too, and it must not come to its end. */
  private static final Duration MARGIN = Duration.ofSeconds(90);

  /** What the account allows, on both sides. */
  enum Allowed {
    REQUESTS("requests", 2_000, 1),
    /** Of the job's prompts and answers at least so many make one request. */
    TOKENS("tokens", 400_000, 50);

    private final String unit;
    private final long perMinute;
    private final int leastPerRequest;

    Allowed(String unit, long perMinute, int leastPerRequest) {
      this.unit = unit;
      this.perMinute = perMinute;
      this.leastPerRequest = leastPerRequest;
    }

    double perSecond() {
      return perMinute / 60.0;
    }
  }

  static PaceScene named(String name) {
    return switch (name) {
      case "churn" -> new PaceScene(name, SOME_EXECUTORS, Allowed.REQUESTS, KILL_INTERVAL);
      case "tokens" -> new PaceScene(name, SOME_EXECUTORS, Allowed.TOKENS, NEVER);
      default -> new PaceScene(name, Integer.parseInt(name), Allowed.REQUESTS, NEVER);
    };
  }

  /** So many distinct prompts that the rate binds all the time. */
  TestJob.Shape shape(Duration measured) {
    double requestsPerSecond = allowed.perSecond() / allowed.leastPerRequest;
    int distinct = (int) (requestsPerSecond * measured.plus(MARGIN).toSeconds());
    return new TestJob.Shape(distinct, 0, IN_FLIGHT);
  }

  /** Of {@code simulate}: no faults, so that only limits refuse. */
  String[] simulatorOptions() {
    return new String[] {
      "--latency",
      "lognormal:300ms:2s",
      "--api-key",
      Lab.KEY,
      "--" + allowed.unit + "-per-minute",
      Long.toString(allowed.perMinute),
      "--burst-seconds",
      "1"
    };
  }

  /** Of Spark: a task may be lost with as many executors as are killed. */
  Map<String, String> settings() {
    return Map.of(
        "spark.cores.max", Integer.toString(CORES_PER_EXECUTOR * executors),
        "spark.executor.cores", Integer.toString(CORES_PER_EXECUTOR),
        "spark.task.maxFailures", "100");
  }

  /** The command line of Penstock. */
  String[] arguments(TestJob job) {
    List<String> arguments = new ArrayList<>(List.of("infer", job.file()));
    for (String set :
        List.of(
            "limits.openai/gpt-4o-mini." + allowed.unit + "_per_minute=" + allowed.perMinute,
            "models.small.max_output_tokens=64",
            "concurrency.adaptive=true")) {
      arguments.addAll(List.of("--set", set));
    }
    return arguments.toArray(String[]::new);
  }

  @Override
  public String toString() {
    return name;
  }
}
