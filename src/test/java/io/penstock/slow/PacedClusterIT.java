package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.bench.SimulatorProcess;
import io.penstock.slow.PaceFigures.Sample;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Executors together use what an account allows, and hardly ask for more. Property {@code
 * pace.executors}: the scenes, each a number of executors, {@code churn} or {@code tokens}; {@code
 * pace.seconds}: how long each is measured.
 */
@Tag("slow")
@Tag("alone")
@ExtendWith(LabExtension.class)
class PacedClusterIT {
  private static final Duration MEASURED = Duration.ofSeconds(Long.getLong("pace.seconds", 40));
  private static final Duration BEGINS_WITHIN = Duration.ofMinutes(3);

  /** Executors that began later have their share by then. */
  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(10);

  private static final double MOST_REFUSED = 0.01;

  /** In a short time a single stall of the machine is a larger share. */
  private static final Duration LONG = Duration.ofMinutes(2);

  private static final double LEAST_SHARE = MEASURED.compareTo(LONG) < 0 ? 0.95 : 0.97;

  private final Lab lab;

  PacedClusterIT(Lab lab) {
    this.lab = lab;
  }

  static Stream<PaceScene> scenes() {
    return Stream.of(System.getProperty("pace.executors", "2,churn").split(","))
        .map(PaceScene::named);
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void theClusterUsesWhatTheAccountAllows(PaceScene scene) throws IOException {
    PaceFigures figures;

    try (SimulatorProcess simulator = SimulatorProcess.start(scene.simulatorOptions())) {
      TestJob job =
          TestJob.create(
              "file://" + lab.folder().resolve("jobs/pace-" + scene),
              "pace-" + scene,
              scene.shape(MEASURED),
              simulator.origin());
      try (Submission running =
          lab.cluster().submit(DeployMode.CLIENT, scene.settings(), scene.arguments(job))) {
        awaitSettled(running, simulator);
        figures = measure(scene, running, simulator);
        Signal.TERM.send(running.driver());
        assertThat(running.awaitExit()).as(running.tail()).isEqualTo(130);
      }
    }

    System.out.println(figures);
    assertThat(figures.share()).as(figures.toString()).isBetween(LEAST_SHARE, 1.03);
    assertThat(figures.refusedShare()).as(figures.toString()).isLessThan(MOST_REFUSED);
    assertThat(figures.meanInFlight()).as(figures.toString()).isPositive();
    assertThat(figures.peakInFlight())
        .as(figures.toString())
        .isBetween((int) figures.meanInFlight(), PaceScene.IN_FLIGHT * scene.executors());
  }

  private static void awaitSettled(Submission running, SimulatorProcess simulator)
      throws IOException {
    Await.until(
        "the first call",
        BEGINS_WITHIN,
        () -> {
          if (!running.submitter().isAlive()) {
            throw new IllegalStateException("It has ended: " + running.tail());
          }
          return simulator.stats().path("requests").asInt() > 0;
        });
    Await.pause(SETTLES_WITHIN);
  }

  private static PaceFigures measure(
      PaceScene scene, Submission running, SimulatorProcess simulator) throws IOException {
    Sample first = sample(simulator);
    long end = first.nanos() + MEASURED.toNanos();
    long interval = scene.killInterval().toNanos();
    for (long next = first.nanos() + interval; next < end; next += interval) {
      pauseUntil(next);
      killOldest(running);
    }
    pauseUntil(end);
    return PaceFigures.between(scene, first, sample(simulator));
  }

  private static Sample sample(SimulatorProcess simulator) throws IOException {
    return new Sample(System.nanoTime(), simulator.stats());
  }

  /** In turn: the one that took a killed one's place is the youngest. */
  private static void killOldest(Submission running) throws IOException {
    ProcessHandle oldest =
        running.executors().stream()
            .min(Comparator.comparing(executor -> executor.info().startInstant().orElseThrow()))
            .orElseThrow(() -> new IllegalStateException("No executor: " + running));
    Signal.KILL.send(oldest);
  }

  private static void pauseUntil(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      Await.pause(Duration.ofNanos(left));
    }
  }
}
