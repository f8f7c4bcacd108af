package io.penstock.app;

import io.penstock.pipeline.JobSetup;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Opens the command line to tests of other packages, in this JVM and without an exit of it. */
public final class CommandLines {
  private CommandLines() {}

  /** Runs one command and returns its exit code. */
  public static int execute(String... arguments) {
    return Main.execute(arguments);
  }

  /** The parts of a job that runs on this machine. */
  public static JobSetup setup(String file) {
    return JobWiring.of(JobFile.read(file, List.of(), JobWiring.DIALECTS)).setup();
  }

  /**
   * A session with the settings of a job's, but without Penstock's plugin, and with Spark's own
   * choice of joins.
   */
  public static SparkSession plainSession() {
    SparkSession.Builder builder = SparkSession.builder().appName("plain");
    Map<String, String> settings = SparkSessions.settings(SparkSessions.DEFAULT_MASTER, List.of());
    settings.keySet().removeIf(key -> key.startsWith("spark.sql.adaptive."));
    settings.forEach(builder::config);
    return builder.config("spark.plugins", "").getOrCreate();
  }
}
