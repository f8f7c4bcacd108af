package io.penstock.slow;

import io.penstock.bench.SimulatorProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes that all slow tests share, each started when it is first asked for: a cluster, an
 * HDFS, a simulator. Confined to one thread.
 */
final class Lab implements AutoCloseable {
  /** Environment variable of drivers, and only theirs, with the simulator's key. */
  static final String KEY_VARIABLE = "PENSTOCK_SLOW_KEY";

  static final String KEY = "simulated-key-0123456789";

  /** Some answers are refused, some paid for and lost. */
  private static final String FAULTS =
      "500=0.01,503=0.01,529=0.01,reset=0.01,malformed=0.01,truncated=0.01";

  private static final Duration BEGINS_WITHIN = Duration.ofMinutes(3);
  private static final Duration CALMS_WITHIN = Duration.ofMinutes(2);

  private final Installation installation;
  private final Path folder;
  private @Nullable StandaloneCluster cluster;
  private @Nullable Hdfs hdfs;
  private @Nullable SimulatorProcess simulator;

  private Lab(Installation installation, Path folder) {
    this.installation = installation;
    this.folder = folder;
  }

  /** Starts nothing yet. */
  static Lab open() throws IOException {
    Installation installation = Installation.ofBuild();
    Files.createDirectories(installation.folder());
    SparkClasses.archive(installation);
    String prefix = "lab-" + Instant.now().getEpochSecond() + "-";
    return new Lab(installation, Files.createTempDirectory(installation.folder(), prefix));
  }

  /** Where tests may write; a new one for each lab. */
  Path folder() {
    return folder;
  }

  StandaloneCluster cluster() throws IOException {
    if (cluster == null) {
      cluster = StandaloneCluster.start(installation, folder.resolve("cluster"));
    }
    return cluster;
  }

  Hdfs hdfs() throws IOException {
    if (hdfs == null) {
      hdfs = Hdfs.start(installation, folder.resolve("hdfs"));
    }
    return hdfs;
  }

  private SimulatorProcess simulator() throws IOException {
    if (simulator == null) {
      simulator =
          SimulatorProcess.start(
              "--latency", "lognormal:300ms:2s", "--faults", FAULTS, "--api-key", KEY);
    }
    return simulator;
  }

  /** A job in a new folder on the local disk; the simulator begins new figures. */
  TestJob localJob(String name, TestJob.Shape shape) throws IOException {
    return job("file://" + folder.resolve("jobs"), name, shape);
  }

  /** A job whose every folder is on the HDFS; the simulator begins new figures. */
  TestJob hdfsJob(String name, TestJob.Shape shape) throws IOException {
    return job(hdfs().uri() + "/jobs", name, shape);
  }

  /**
   * @param parent URI of the folder that the job gets a folder in
   */
  TestJob job(String parent, String name, TestJob.Shape shape) throws IOException {
    simulator().reset();
    return TestJob.create(parent + "/" + name, name, shape, simulator().origin());
  }

  /**
   * Runs a job in client mode.
   *
   * @param options of {@code infer}
   */
  Submission infer(TestJob job, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("infer", job.file()));
    arguments.addAll(List.of(options));
    return cluster().submit(DeployMode.CLIENT, Map.of(), arguments.toArray(String[]::new));
  }

  /** Waits until a job that runs has sent its first request, or ended. */
  void awaitCalls(Submission running) throws IOException {
    Await.until(
        "the first call",
        BEGINS_WITHIN,
        () -> bill().requests() > 0 || !running.submitter().isAlive());
  }

  /** Waits until a job that runs has got so many answers. */
  void awaitAnswers(Submission running, int answers) throws IOException {
    Await.until(
        answers + " answers",
        BEGINS_WITHIN,
        () -> {
          if (!running.submitter().isAlive()) {
            throw new IllegalStateException("It has ended: " + running.submitter().tail());
          }
          return bill().ok() >= answers;
        });
  }

  /** What the simulator has seen and billed so far since the last job was made. */
  Bill bill() throws IOException {
    return Bill.of(simulator().stats(), simulator().invoice());
  }

  /** What it has seen and billed once it has nothing left to answer. */
  Bill finalBill() throws IOException {
    Await.until("the simulator's last answer", CALMS_WITHIN, () -> bill().inFlight() == 0);
    return bill();
  }

  @Override
  public void close() {
    if (cluster != null) {
      cluster.close();
    }
    if (hdfs != null) {
      hdfs.close();
    }
    if (simulator != null) {
      simulator.close();
    }
  }
}
