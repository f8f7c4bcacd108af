package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.bench.SimulatorProcess;
import io.penstock.slow.BatchKillRound.Line;
import io.penstock.store.HaltingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Drivers that are killed while they deliver by batches, and then run again: no batch is orphaned,
 * no request is paid twice, no answer lost. Properties: {@code batch.kill.steps}, at how many steps
 * of the ledger and the journal, spread over all of them, or {@code all}; {@code
 * batch.kill.random}, at how many random moments of jobs whose provider is slow, loses answers or
 * hides what it made; {@code batch.kill.seed}. Each of them for each dialect.
 */
@Tag("slow")
@ExtendWith(LabExtension.class)
class BatchKillIT {
  private static final BatchJob.Shape TWO_BATCHES = new BatchJob.Shape(10, 2);
  private static final BatchJob.Shape THREE_BATCHES = new BatchJob.Shape(300, 3);

  private final Lab lab;
  private final Installation installation = Installation.ofBuild();

  BatchKillIT(Lab lab) {
    this.lab = lab;
  }

  /**
   * @param at see {@link HaltingFileSystem#AT}
   */
  private record Point(String at, String step) {}

  @ParameterizedTest
  @EnumSource(BatchDialect.class)
  void atEachStepOfTheLedger(BatchDialect dialect) throws IOException {
    List<Line> lines = new ArrayList<>();
    try (SimulatorProcess simulator = SimulatorProcess.start("--batch-seconds", "1")) {
      List<Point> points = points(steps(dialect, simulator));
      String number = System.getProperty("batch.kill.steps", "4");
      int wanted = number.equals("all") ? points.size() : Integer.parseInt(number);
      for (int i = 0; i < wanted; i++) {
        Point point = points.get((int) ((i + 0.5) * points.size() / wanted));
        BatchJob job = job(dialect, "at-" + point.at(), TWO_BATCHES, simulator);
        BatchKillRound round = new BatchKillRound(installation, job, simulator);
        lines.add(round.halted(point.at(), point.step()));
        tell(job, lines);
      }
    }

    assertOk(lines);
    assertThat(lines).as("all that was to be killed was").allMatch(line -> line.kills() == 1);
  }

  /** Of a job that nothing disturbs. */
  private List<String> steps(BatchDialect dialect, SimulatorProcess simulator) throws IOException {
    BatchJob job = job(dialect, "undisturbed", TWO_BATCHES, simulator);
    Path log = job.folder().resolve("steps.txt");
    int exitCode = job.run(log);
    assertThat(new BatchJudge(job, simulator).judge(exitCode).problems()).isEmpty();
    return Files.readAllLines(log).stream()
        .map(line -> line.replace(job.folder() + "/store/", ""))
        .toList();
  }

  /** After each step, and before those that may follow something other than a step. */
  private static List<Point> points(List<String> steps) {
    List<Point> points = new ArrayList<>();
    for (String line : steps) {
      String[] parts = line.split(" ", 2);
      String step = parts[1].replaceAll("b\\d{8}T\\d{6}-[0-9a-f]+", "KEY");
      if (step.startsWith("create")) {
        points.add(new Point("before " + parts[0], step));
      }
      points.add(new Point("after " + parts[0], step));
    }
    return points;
  }

  @ParameterizedTest
  @EnumSource(BatchDialect.class)
  void atRandomMoments(BatchDialect dialect) throws IOException {
    Random random = new Random(Long.getLong("batch.kill.seed", 1) + dialect.ordinal());
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < Integer.getInteger("batch.kill.random", 1); i++) {
      BatchKillScene scene = BatchKillScene.of(dialect, i);
      try (SimulatorProcess simulator = SimulatorProcess.start(scene.options())) {
        BatchJob job = job(dialect, "random-" + i, THREE_BATCHES, simulator);
        BatchKillRound round = new BatchKillRound(installation, job, simulator);
        lines.add(round.killed(scene, random));
        tell(job, lines);
      }
    }

    assertOk(lines);
  }

  private BatchJob job(
      BatchDialect dialect, String name, BatchJob.Shape shape, SimulatorProcess simulator)
      throws IOException {
    simulator.reset();
    Path folder = lab.folder().resolve("batches-" + dialect.word()).resolve(name.replace(' ', '-'));
    String scheme = name.startsWith("random") ? "file" : HaltingFileSystem.SCHEME;
    return BatchJob.create(folder, dialect, shape, scheme, simulator.origin());
  }

  /** Keeps what went wrong. */
  private static void tell(BatchJob job, List<Line> lines) {
    Line last = lines.get(lines.size() - 1);
    System.out.println(last);
    if (last.problems().isEmpty()) {
      FileUtil.fullyDelete(job.folder().toFile());
    }
  }

  private static void assertOk(List<Line> lines) {
    System.out.println(Line.sum(lines));
    assertThat(lines).flatExtracting(Line::problems).isEmpty();
  }
}
