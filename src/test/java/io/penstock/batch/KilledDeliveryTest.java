package io.penstock.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.batch.RehearsedProvider.Scene;
import io.penstock.store.HaltingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Executions that end at any change of the ledger or with the provider: none of the requests is
 * paid twice, none is lost, nothing is left over.
 */
class KilledDeliveryTest {
  private static final int FEWEST_STEPS = 20;
  private static final int MOST_STEPS = 300;

  /** From one second step that is tried to the next. */
  private static final int STRIDE = 12;

  /** Files that batches are made of: of one kill those whose ids nobody has heard. */
  private static final int UPLOADS_PER_KILL = 2;

  @TempDir Path folder;

  private final List<String> problems = new ArrayList<>();

  @AfterEach
  void live() {
    HaltingFileSystem.live();
  }

  /**
   * @return whether the execution was killed, and did not end before
   */
  private boolean isKilledAfter(int steps, RehearsedJob job, String when) {
    HaltingFileSystem.failAfter(steps);
    try {
      job.execute();
      return false;
    } catch (Exception e) {
      boolean isKilled = HaltingFileSystem.isDead();
      require(isKilled, when, String.valueOf(e));
      return isKilled;
    } finally {
      HaltingFileSystem.live();
    }
  }

  private void require(boolean holds, String when, String problem) {
    if (!holds) {
      problems.add(when + ": " + problem);
    }
  }

  private void judge(RehearsedJob job, int kills, String when) throws IOException {
    Collection<String> lost = new TreeSet<>(RehearsedJob.requests());
    lost.removeAll(job.answered);
    require(lost.isEmpty(), when, "lost " + lost);
    List<String> paid = job.provider.paid.stream().sorted().toList();
    require(paid.equals(RehearsedJob.requests()), when, "paid " + paid);
    List<String> odd =
        job.told.stream().filter(line -> line.matches(".*(warning|at all).*")).toList();
    require(odd.isEmpty(), when, "told " + odd);
    List<String> left = names(job.pending());
    left.remove("queue-limits.json");
    require(left.isEmpty(), when, "left in the ledger " + left);
    Collection<String> uploads = job.provider.uploads.keySet();
    require(uploads.size() <= UPLOADS_PER_KILL * kills, when, "left at the provider " + uploads);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(all.map(file -> file.getFileName().toString()).toList());
    }
  }

  private RehearsedJob job(Scene scene) throws IOException {
    return new RehearsedJob(Files.createTempDirectory(folder, "job"), scene);
  }

  @ParameterizedTest
  @EnumSource(names = {"UPLOADED", "OF_LINES_LOST_CREATIONS", "UPLOADED_QUEUE_FULL"})
  void atEachStep(Scene scene) throws IOException {
    assertNothingLostAtEachStep(scene);
  }

  @Tag("slow")
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UPLOADED", "OF_LINES_LOST_CREATIONS", "UPLOADED_QUEUE_FULL"})
  void atEachStepOfOtherScenes(Scene scene) throws IOException {
    assertNothingLostAtEachStep(scene);
  }

  private void assertNothingLostAtEachStep(Scene scene) throws IOException {
    int steps = 0;
    boolean killed = true;
    while (killed && steps < MOST_STEPS) {
      RehearsedJob job = job(scene);
      String when = "killed after %d changes".formatted(steps);
      killed = isKilledAfter(steps, job, when);
      job.keepsUnsent = steps % 2 == 0;
      isKilledAfter(MOST_STEPS, job, when);
      judge(job, killed ? 1 : 0, when);
      steps++;
    }
    assertThat(problems).isEmpty();
    assertThat(steps).isBetween(FEWEST_STEPS, MOST_STEPS - 1);
  }

  /** At some of them, unless the property {@code batch.kill.steps} says {@code all}. */
  @Tag("slow")
  @ParameterizedTest
  @EnumSource(Scene.class)
  void atEachTwoSteps(Scene scene) throws IOException {
    int stride = System.getProperty("batch.kill.steps", "").equals("all") ? 1 : STRIDE;
    int pairs = 0;
    int first = 0;
    boolean killed = true;
    while (killed && first < MOST_STEPS) {
      boolean again = true;
      for (int second = first % stride; again && second < MOST_STEPS; second += stride) {
        RehearsedJob job = job(scene);
        String when = "killed after %d changes and after %d".formatted(first, second);
        killed = isKilledAfter(first, job, when);
        job.keepsUnsent = (first + second / stride) % 2 == 0;
        again = killed && isKilledAfter(second, job, when);
        job.keepsUnsent = true;
        isKilledAfter(MOST_STEPS, job, when);
        judge(job, 2, when);
        pairs += again ? 1 : 0;
      }
      first++;
    }
    System.out.printf("%s: killed %d times, and again%n", scene, pairs);
    assertThat(problems).isEmpty();
    assertThat(first).isBetween(FEWEST_STEPS, MOST_STEPS - 1);
  }
}
