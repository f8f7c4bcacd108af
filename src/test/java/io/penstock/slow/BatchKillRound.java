package io.penstock.slow;

import io.penstock.bench.SimulatorProcess;
import io.penstock.slow.BatchJudge.Verdict;
import io.penstock.store.HaltingFileSystem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Kills a driver, once or twice, runs its job to the end and judges what came of it. */
final class BatchKillRound {
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(5);
  private static final int MOST_DELAY_MILLIS = 3_000;

  /** What a driver says of a batch that it has heard of. */
  private static final String BATCH_NEWS = "batch b";

  private final Installation installation;
  private final BatchJob job;
  private final SimulatorProcess simulator;
  private final List<String> problems = new ArrayList<>();

  /**
   * What came of a round.
   *
   * @param kills processes that did not come to their end
   * @param seconds that all took
   */
  record Line(
      BatchDialect dialect,
      String moment,
      int kills,
      long orphaned,
      long paidTwice,
      long lost,
      double seconds,
      List<String> problems) {
    @Override
    public String toString() {
      return "%-9s | %-60s | kills %2d, orphaned %d, paid twice %d, lost %d | %6.1f s | %s"
          .formatted(
              dialect.word(),
              moment,
              kills,
              orphaned,
              paidTwice,
              lost,
              seconds,
              problems.isEmpty() ? "ok" : problems);
    }

    static Line sum(List<Line> lines) {
      return new Line(
          lines.get(0).dialect,
          lines.size() + " rounds",
          lines.stream().mapToInt(Line::kills).sum(),
          lines.stream().mapToLong(Line::orphaned).sum(),
          lines.stream().mapToLong(Line::paidTwice).sum(),
          lines.stream().mapToLong(Line::lost).sum(),
          lines.stream().mapToDouble(Line::seconds).sum(),
          lines.stream().flatMap(line -> line.problems.stream()).toList());
    }
  }

  BatchKillRound(Installation installation, BatchJob job, SimulatorProcess simulator) {
    this.installation = installation;
    this.job = job;
    this.simulator = simulator;
  }

  /**
   * @param at see {@link HaltingFileSystem#AT}
   */
  Line halted(String at, String step) throws IOException {
    long begun = System.nanoTime();
    int kills = 0;
    try (ChildProcess driver = job.start(installation, at, "killed.log")) {
      kills += kill(driver.awaitExit(ENDS_WITHIN));
    }
    return ended(at + ", " + step, kills, begun);
  }

  /**
   * A second time in every other round, when the next execution has taken up what the first left.
   */
  Line killed(BatchKillScene scene, Random random) throws IOException {
    long begun = System.nanoTime();
    int kills = 0;
    int delay = random.nextInt(MOST_DELAY_MILLIS);
    try (ChildProcess driver = job.start(installation, "", "killed.log")) {
      Await.until(
          "a driver that is at " + scene,
          ENDS_WITHIN,
          () -> !driver.isAlive() || scene.hasBegun(job, simulator));
      kills += killAfter(delay, driver);
    }
    String moment = "%s, %d ms".formatted(scene, delay);
    if (random.nextBoolean()) {
      int second = random.nextInt(MOST_DELAY_MILLIS);
      job.ageLock();
      try (ChildProcess driver = job.start(installation, "", "killed-again.log")) {
        Await.until(
            "a driver that knows of a batch",
            ENDS_WITHIN,
            () -> !driver.isAlive() || driver.output().contains(BATCH_NEWS));
        kills += killAfter(second, driver);
      }
      moment += ", then %d ms".formatted(second);
    }
    return ended(moment, kills, begun);
  }

  private int killAfter(int millis, ChildProcess driver) throws IOException {
    Await.pause(Duration.ofMillis(millis));
    driver.handle().destroyForcibly();
    return kill(driver.awaitExit(ENDS_WITHIN));
  }

  private int kill(int exitCode) {
    boolean isKilled = exitCode == HaltingFileSystem.EXIT_CODE;
    if (!isKilled && exitCode != 0) {
      problems.add("a driver ended with " + exitCode);
    }
    return isKilled ? 1 : 0;
  }

  private Line ended(String moment, int kills, long begunNanos) throws IOException {
    job.ageLock();
    int exitCode = job.run(job.folder().resolve("steps.txt"));
    Verdict verdict = new BatchJudge(job, simulator).judge(exitCode);
    problems.addAll(verdict.problems());
    return new Line(
        job.dialect(),
        moment,
        kills,
        verdict.orphaned(),
        verdict.paidTwice(),
        verdict.lost(),
        Duration.ofNanos(System.nanoTime() - begunNanos).toMillis() / 1_000.0,
        List.copyOf(problems));
  }
}
