package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.bench.SimulatorProcess;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Executors together never spend more than the budget, and use it. Property {@code
 * budget.executors}: the numbers of executors. Each run is stopped at a part of its cost, and goes
 * on with the next larger one.
 */
@Tag("slow")
@ExtendWith(LabExtension.class)
class BudgetIT {
  private static final List<BigDecimal> PARTS =
      List.of(new BigDecimal("0.1"), new BigDecimal("0.5"), new BigDecimal("0.9"));

  private static final int REQUESTS = 4_000;
  private static final int IN_FLIGHT = 256;
  private static final int CORES_PER_EXECUTOR = 8;
  private static final BigDecimal LEAST_USED = new BigDecimal("0.95");

  /** Of one call of this job, and somewhat more. */
  private static final BigDecimal WORST_CASE = new BigDecimal("0.00012");

  private final Lab lab;

  BudgetIT(Lab lab) {
    this.lab = lab;
  }

  static IntStream executors() {
    return Arrays.stream(System.getProperty("budget.executors", "2").split(","))
        .mapToInt(Integer::parseInt);
  }

  @ParameterizedTest
  @MethodSource("executors")
  void theClusterUsesItsBudgetAndNeverMore(int executors) throws IOException {
    try (SimulatorProcess simulator =
        SimulatorProcess.start("--latency", "lognormal:300ms:2s", "--api-key", Lab.KEY)) {
      BigDecimal whole = costOfAll(simulator, executors);
      simulator.reset();
      TestJob job = job("budget-" + executors, simulator, executors);
      for (BigDecimal part : PARTS) {
        BigDecimal budget = whole.multiply(part);

        assertThat(infer(job, executors, budget)).isEqualTo(4);

        BigDecimal billed = bill(simulator).usd();
        RunFigures run = job.onlyRun();
        System.out.printf(
            "%d executors, budget %s: spent %s, %s of it; %s s of calls%n",
            executors,
            budget.toPlainString(),
            billed.toPlainString(),
            billed.divide(budget, new MathContext(4)),
            run.text("/inference_seconds"));
        assertThat(billed).isLessThanOrEqualTo(budget);
        assertThat(run.usd("/budget_usd/spent")).isEqualByComparingTo(billed);
        BigDecimal mayBeLeft = budget.subtract(budget.multiply(LEAST_USED)).max(WORST_CASE);
        assertThat(budget.subtract(billed)).isLessThan(mayBeLeft);
      }

      assertThat(infer(job, executors, whole.multiply(BigDecimal.TEN))).isZero();

      Bill bill = bill(simulator);
      assertThat(bill.usd()).isEqualByComparingTo(whole);
      assertThat(bill.requests()).isEqualTo(REQUESTS);
      assertThat(job.onlyRun().count("/succeeded")).isEqualTo(REQUESTS);
    }
  }

  private BigDecimal costOfAll(SimulatorProcess simulator, int executors) throws IOException {
    TestJob job = job("without-budget-" + executors, simulator, executors);

    assertThat(infer(job, executors, null)).isZero();

    return bill(simulator).usd();
  }

  private TestJob job(String name, SimulatorProcess simulator, int executors) throws IOException {
    return TestJob.create(
        "file://" + lab.folder().resolve("jobs/" + name),
        name,
        new TestJob.Shape(REQUESTS, 0, IN_FLIGHT / executors),
        simulator.origin());
  }

  /**
   * @param budget null: none
   */
  private int infer(TestJob job, int executors, @Nullable BigDecimal budget) throws IOException {
    String max = budget == null ? "null" : budget.toPlainString();
    Map<String, String> settings =
        Map.of(
            "spark.cores.max", Integer.toString(CORES_PER_EXECUTOR * executors),
            "spark.executor.cores", Integer.toString(CORES_PER_EXECUTOR));
    try (Submission running =
        lab.cluster()
            .submit(
                DeployMode.CLIENT,
                settings,
                "infer",
                job.file(),
                "--set",
                "budget.max_usd=" + max)) {
      return running.awaitExit();
    }
  }

  private static Bill bill(SimulatorProcess simulator) throws IOException {
    return Bill.of(simulator.stats(), simulator.invoice());
  }
}
