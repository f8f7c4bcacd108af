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
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(3);

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
    String name = "undisturbed";
    TestJob job = job(name);
    try (Submission submission = lab.infer(job)) {
      lab.awaitCalls(submission);
      long begun = System.nanoTime();
      int exitCode = submission.awaitExit();
      Duration callsToEnd = Duration.ofNanos(System.nanoTime() - begun);
      if (exitCode != 0) {
        throw new IllegalStateException("Ended with " + exitCode + ": " + submission.tail());
      }
      Judge judge = new Judge(job, lab.finalBill());
      judge.judgeRows();
      judge.judgePaid(0, 0);
      judge.judgeMoney();
      if (!judge.problems().isEmpty()) {
        throw new IllegalStateException(
            "Nothing was disturbed, and yet: %s, %s"
                .formatted(judge.problems(), submission.tail()));
      }
      keepLogs(folder.resolve(name), List.of(submission));
      discard(job, folder.resolve(name));
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
    Path kept = folder.resolve(name);
    keepLogs(kept, round.submissions());
    if (line.isOk()) {
      discard(job, kept);
    } else if (place == Place.HDFS) {
      job.copyTo(kept.resolve("hdfs"));
    }
    return line;
  }

  private static void discard(TestJob job, Path kept) throws IOException {
    job.delete();
    FileUtil.fullyDelete(kept.toFile());
  }

  private void keepLogs(Path kept, List<Submission> submissions) throws IOException {
    Await.until(
        "the end of all applications",
        ENDS_WITHIN,
        () -> lab.cluster().state().activeApplications() == 0);
    lab.cluster().moveExecutorLogs(kept.resolve("executors"));
    for (Submission submission : submissions) {
      Path output = submission.submitter().outputFile();
      Files.move(output, kept.resolve(output.getFileName()));
    }
  }
}
