package io.penstock.app;

import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * The Spark session of one command, active in the thread that opened it: one that was started for
 * it, and is stopped at its end, or a copy of somebody else's, which stays as it is.
 */
final class CommandSession implements AutoCloseable {
  private final SparkSession spark;
  private final boolean ours;
  private final @Nullable SparkSession activeBefore;

  private CommandSession(SparkSession spark, boolean ours, @Nullable SparkSession activeBefore) {
    this.spark = spark;
    this.ours = ours;
    this.activeBefore = activeBefore;
  }

  static CommandSession open(String jobName, SparkArguments arguments) {
    Option<SparkSession> active = SparkSession.getActiveSession();
    SparkSession theirs = SparkSessions.find().orElse(null);
    SparkSession spark =
        theirs == null
            ? SparkSessions.start(jobName, arguments.master(), arguments.settings)
            : SparkSessions.copy(theirs, arguments.settings);
    SparkSession.setActiveSession(spark);
    return new CommandSession(spark, theirs == null, active.isDefined() ? active.get() : null);
  }

  SparkSession spark() {
    return spark;
  }

  /** Whether the JVM is there for this command only. */
  boolean isOurs() {
    return ours;
  }

  @Override
  public void close() {
    if (ours) {
      spark.stop();
    }
    if (activeBefore == null) {
      SparkSession.clearActiveSession();
    } else {
      SparkSession.setActiveSession(activeBefore);
    }
  }
}
