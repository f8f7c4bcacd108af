package io.penstock.app;

import io.penstock.pipeline.InvalidInputException;
import io.penstock.store.CompletionStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code store stats|compact PATH}: looks after a completion store. */
@Command(name = "store", description = "Looks after a completion store; jobs may run meanwhile.")
final class StoreCommand {
  @Option(
      names = "--master",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      description = "Spark master; default: spark-submit's, else " + SparkSessions.DEFAULT_MASTER)
  @Nullable String master;

  @Option(
      names = "--conf",
      paramLabel = "key=value",
      scope = picocli.CommandLine.ScopeType.INHERIT,
      description = "Spark setting; may be repeated")
  List<String> settings = new ArrayList<>();

  @Command(
      name = "stats",
      description = "Counts entries, duplicates, torn lines, bytes and the cost that is held.")
  int stats(@Parameters(paramLabel = "PATH", description = "the store's folder") String path)
      throws IOException {
    return with(path, store -> store.stats().lines().forEach(System.out::println));
  }

  @Command(
      name = "compact",
      description =
          "Turns closed journal segments into Parquet, merges small files, deletes what was replaced more than 24 h ago.")
  int compact(@Parameters(paramLabel = "PATH", description = "the store's folder") String path)
      throws IOException {
    return with(path, store -> store.compact().lines().forEach(System.out::println));
  }

  @Command(name = "purge", hidden = true)
  int purge(@Parameters(arity = "0..*") List<String> rest) {
    throw new InvalidInputException("store purge is not built yet");
  }

  private interface Work {
    void on(CompletionStore store) throws IOException;
  }

  private int with(String path, Work work) throws IOException {
    String chosen = master == null ? SparkSessions.submittedMaster() : master;
    SparkSession spark = SparkSessions.start("store", chosen, settings);
    try {
      CompletionStore store = new CompletionStore(spark, path);
      if (store.isNew()) {
        throw new InvalidInputException("there is no completion store at " + path);
      }
      work.on(store);
      return 0;
    } finally {
      spark.stop();
    }
  }
}
