package io.penstock.pipeline;

import io.penstock.inference.StopSignal;
import io.penstock.pipeline.ShardReport.Refused;
import io.penstock.pipeline.ShardStage.Shards;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The one action that pays: a task per shard calls the model API and writes the journal, and
 * returns counts only.
 */
final class RealtimeStage {
  private final JavaSparkContext spark;
  private final RuntimeSettings settings;

  RealtimeStage(JavaSparkContext spark, RuntimeSettings settings) {
    this.spark = spark;
    this.settings = settings;
  }

  /**
   * @param stop why the run stopped before its end; empty: it did not
   * @param refused requests whose refusal stops the run
   * @param seconds from the first call to the last answer; 0 where nothing was called
   */
  record Paid(
      Optional<StopSignal.Cause> stop, List<Refused> refused, double seconds, int peakInFlight) {
    static final Paid NOTHING = new Paid(Optional.empty(), List.of(), 0, 0);
  }

  Paid pay(Shards shards) throws IOException {
    if (shards.requests() == 0) {
      return Paid.NOTHING;
    }
    spark.sc().setJobDescription("infer: realtime " + shards.requests() + " requests");
    List<Integer> numbers = IntStream.range(0, shards.count()).boxed().toList();
    try {
      return summed(
          spark
              .parallelize(numbers, shards.count())
              .mapPartitions(new ShardTask(settings))
              .collect());
    } finally {
      spark.sc().setJobDescription(null);
      ExecutorRuntime.closeCurrent();
    }
  }

  private static Paid summed(List<ShardReport> reports) {
    long first =
        reports.stream().mapToLong(ShardReport::firstCallMillis).min().orElse(Long.MAX_VALUE);
    long last = reports.stream().mapToLong(ShardReport::lastAnswerMillis).max().orElse(0);
    Map<String, Integer> peaks =
        reports.stream()
            .collect(
                Collectors.toMap(ShardReport::executorId, ShardReport::peakInFlight, Math::max));
    return new Paid(
        reports.stream().map(ShardReport::stop).filter(Objects::nonNull).findFirst(),
        reports.stream().flatMap(report -> report.refused().stream()).toList(),
        last < first ? 0 : (last - first) / 1000.0,
        peaks.values().stream().mapToInt(Integer::intValue).sum());
  }
}
