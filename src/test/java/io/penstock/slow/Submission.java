package io.penstock.slow;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An application that was submitted to the cluster. */
final class Submission implements AutoCloseable {
  private static final Duration RUNS_AT_MOST = Duration.ofMinutes(5);
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);
  private static final Pattern DRIVER_ID = Pattern.compile("driver-\\d{14}-\\d+");

  private final StandaloneCluster cluster;
  private final ChildProcess submitter;
  private final DeployMode mode;
  private final String mark;

  /**
   * @param mark stands in the command lines of this application's processes and no others
   */
  Submission(StandaloneCluster cluster, ChildProcess submitter, DeployMode mode, String mark) {
    this.cluster = cluster;
    this.submitter = submitter;
    this.mode = mode;
    this.mark = mark;
  }

  /** The process that submitted; in client mode it is the driver. */
  ChildProcess submitter() {
    return submitter;
  }

  /** The process of the driver; waits for it to be there. */
  ProcessHandle driver() throws IOException {
    if (mode == DeployMode.CLIENT) {
      return submitter.handle();
    }
    Await.until("a driver of " + this, STARTS_WITHIN, () -> !clusterDrivers().isEmpty());
    return clusterDrivers().get(0);
  }

  private List<ProcessHandle> clusterDrivers() {
    return cluster.processes("org.apache.spark.deploy.worker.DriverWrapper", mark);
  }

  /** The processes of its executors that run now. */
  List<ProcessHandle> executors() {
    return cluster.processes("CoarseGrainedExecutorBackend", mark);
  }

  /** Exit code of the submitter, in client mode that of the job. */
  int awaitExit() throws IOException {
    return submitter.awaitExit(RUNS_AT_MOST);
  }

  /** Waits for the end of a driver in cluster mode; {@code FINISHED} when its exit code was 0. */
  String awaitDriverState() throws IOException {
    awaitExit();
    Matcher id = DRIVER_ID.matcher(submitter.output());
    if (!id.find()) {
      throw new IllegalStateException("No driver was submitted: " + tail());
    }
    Await.until(
        "the end of " + id.group(),
        RUNS_AT_MOST,
        () -> !List.of("", "SUBMITTED", "RUNNING").contains(cluster.state().driver(id.group())));
    return cluster.state().driver(id.group());
  }

  String output() throws IOException {
    return submitter.output();
  }

  /** The last lines of its output, and where the rest is. */
  String tail() throws IOException {
    return this + "\n" + submitter.tail();
  }

  /** Ends the submitter and the driver; the Master then ends the executors. */
  @Override
  public void close() {
    submitter.close();
    clusterDrivers().forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public String toString() {
    return mark + ", " + submitter;
  }
}
