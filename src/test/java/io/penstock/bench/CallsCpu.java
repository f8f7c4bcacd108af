package io.penstock.bench;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.jspecify.annotations.Nullable;

/**
 * Takes the processor time of the one Spark job that makes the calls, told by its description.
 * Spark makes the listener by its name, so what it found is static. Events come a few milliseconds
 * late.
 */
public final class CallsCpu extends SparkListener {
  private static final String DESCRIPTION = "infer: realtime";
  private static final int NONE = -1;

  private static volatile long lastNanos = NONE;

  private int jobId = NONE;
  private long before;
  private @Nullable JournalShare journal;

  /** Of the last job that ended; call after the session has stopped. */
  static long lastNanos() {
    if (lastNanos == NONE) {
      throw new IllegalStateException("No Spark job was described as '" + DESCRIPTION + "...'");
    }
    return lastNanos;
  }

  @Override
  public void onJobStart(SparkListenerJobStart start) {
    String description = start.properties().getProperty("spark.job.description", "");
    if (description.startsWith(DESCRIPTION)) {
      jobId = start.jobId();
      lastNanos = NONE;
      before = ProcessCpu.nanos();
      journal = new JournalShare();
    }
  }

  @Override
  public void onJobEnd(SparkListenerJobEnd end) {
    if (end.jobId() == jobId) {
      lastNanos = ProcessCpu.nanos() - before;
      System.out.println(journal.of(lastNanos));
    }
  }
}
