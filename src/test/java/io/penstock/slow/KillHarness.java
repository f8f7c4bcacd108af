package io.penstock.slow;

import io.penstock.slow.TestJob.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.fs.FileUtil;

/**
 * Kills a job's driver or one of its executors at a random moment, runs the job again where that
 * needs it, and judges what came of it; as often as it is told to. Rounds that its folder has a
 * line of are not run again.
 */
final class KillHarness {
  private static final Shape SHAPE = new Shape(2_000, 200, 32);
  private static final Duration BEGINS_WITHIN = Duration.ofMinutes(3);

  private final Lab lab;
  private final Path folder;
  private final Place place;
  private final long seed;

  /** Where store, runs and results lie. */
  enum Place {
    FILE,
    HDFS
  }

  /**
   * @param folder for the log of the rounds and for those that went wrong
   */
  KillHarness(Lab lab, Path folder, Place place, long seed) {
    this.lab = lab;
    this.folder = folder.toAbsolutePath();
    this.place = place;
    this.seed = seed;
  }

  /**
   * A run that nothing disturbed.
   *
   * @param callsToEnd from the first call to the end of the job
   */
  record Undisturbed(Results results, Duration callsToEnd) {}

  /** Runs the rounds from 1 on that were not run before, and returns all lines. */
  List<RoundLine> run(int rounds) throws IOException {
    RoundLog log = RoundLog.open(folder);
    Undisturbed undisturbed = null;
    for (int round = 1; round <= rounds; round++) {
      if (!log.has(round)) {
        undisturbed = undisturbed == null ? undisturbed() : undisturbed;
        RoundLine line = round(round, undisturbed);
        log.append(line);
        System.out.println(line);
      }
    }
    System.out.println(log.toText());
    return log.lines();
  }

  /**
   * @throws IllegalStateException unless all is right
   */
  private Undisturbed undisturbed() throws IOException {
    TestJob job = job("undisturbed");
    try (Submission submission = lab.infer(job)) {
      Await.until(
          "the first call",
          BEGINS_WITHIN,
          () -> lab.bill().requests() > 0 || !submission.submitter().isAlive());
      long begun = System.nanoTime();
      int exitCode = submission.awaitExit();
      Duration callsToEnd = Duration.ofNanos(System.nanoTime() - begun);
      if (exitCode != 0) {
        throw new IllegalStateException("It ended with " + exitCode + ": " + submission.tail());
      }
      Judge judge = new Judge(job, lab.finalBill());
      judge.judgeRows();
      judge.judgePaid(0, 0);
      judge.judgeMoney();
      if (!judge.problems().isEmpty()) {
        throw new IllegalStateException("Undisturbed, and yet: " + judge.problems());
      }
      job.delete();
      System.out.println("undisturbed: " + callsToEnd.toMillis() + " ms from the first call on");
      return new Undisturbed(judge.results(), callsToEnd);
    }
  }

  private TestJob job(String name) throws IOException {
    // of a round whose line was taken out, to have it run again
    FileUtil.fullyDelete(folder.resolve(name).toFile());
    String parent = place == Place.HDFS ? lab.hdfs().uri() + "/kill" : "file://" + folder;
    return lab.job(parent, name, SHAPE);
  }

  private RoundLine round(int number, Undisturbed undisturbed) throws IOException {
    String name = "round-" + number;
    TestJob job = job(name);
    KillRound.Plan plan = KillRound.Plan.draw(number, seed, undisturbed.callsToEnd());
    KillRound round = new KillRound(lab, job, plan);
    RoundLine line = round.run(undisturbed.results());
    Await.until(
        "the end of all applications",
        BEGINS_WITHIN,
        () -> lab.cluster().state().activeApplications() == 0);
    Path kept = folder.resolve(name);
    lab.cluster().moveExecutorLogs(kept.resolve("executors"));
    for (Submission submission : round.submissions()) {
      Path output = submission.submitter().outputFile();
      Files.move(output, kept.resolve(output.getFileName()));
    }
    if (line.isOk()) {
      job.delete();
      FileUtil.fullyDelete(kept.toFile());
    } else if (place == Place.HDFS) {
      job.copyTo(kept.resolve("hdfs"));
    }
    return line;
  }
}
