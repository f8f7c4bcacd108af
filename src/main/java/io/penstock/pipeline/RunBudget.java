package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.penstock.batch.BatchLedger;
import io.penstock.cluster.DriverCoordinator;
import io.penstock.cluster.PenstockPlugin;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Usd;
import io.penstock.inference.StopSignal;
import io.penstock.lake.Columns;
import io.penstock.limit.BudgetBook;
import io.penstock.store.CompletionStore;
import io.penstock.store.InDoubt;
import io.penstock.store.StoreColumns;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.sql.Row;

/**
 * What a run may cost, over all its executions.
 *
 * @param max the job's {@code budget.max_usd}
 * @param spentBefore in earlier executions, at the most
 */
record RunBudget(Usd max, Usd spentBefore) implements Serializable {
  /**
   * @throws InvalidInputException when the job has a budget that could not be kept
   */
  static void requireKept(JobSetup setup) {
    if (setup.spec().budget().maxUsd() == null) {
      return;
    }
    if (DriverCoordinator.current().isEmpty()) {
      throw new InvalidInputException(
          "budget.max_usd needs Penstock's plugin, without which nobody counts the money of all executors:"
              + " start the session with spark.plugins="
              + PenstockPlugin.class.getName()
              + ", or remove the budget");
    }
    List<String> unpriced = named(setup, model -> model.price() == null);
    if (!unpriced.isEmpty()) {
      throw new InvalidInputException(
          "budget.max_usd needs the price of every model, and there is none of "
              + String.join(", ", unpriced)
              + ": set it under prices, or remove the budget");
    }
    List<String> withoutBatchPrice =
        setup.spec().asksForBatches() ? named(setup, JobSetup.Model::lacksBatchPrice) : List.of();
    if (!withoutBatchPrice.isEmpty()) {
      throw new InvalidInputException(
          "budget.max_usd needs the batch price of every model that has a Batch API, and there is none of "
              + String.join(", ", withoutBatchPrice)
              + ": set batch_input and batch_output under prices, set batch: false at the provider, or remove the budget");
    }
  }

  private static List<String> named(JobSetup setup, Predicate<JobSetup.Model> which) {
    return setup.models().stream()
        .filter(which)
        .map(
            model ->
                "models."
                    + model.settings().name()
                    + " ("
                    + model.settings().endpoint().name()
                    + "/"
                    + model.settings().requestModel()
                    + ")")
        .toList();
  }

  /**
   * What the run's entries, its batches and the calls in doubt have cost at the most. Nothing of
   * the run is called meanwhile, but calls of an execution that was killed may still come to their
   * end: so the doubts are read first, and the entries that settle them count twice rather than not
   * at all.
   *
   * @throws InvalidInputException when there are answers whose cost is not known
   */
  static Usd spent(CompletionStore store, BatchLedger batches, String runId) throws IOException {
    BigDecimal pending = batches.worstUsd(runId);
    InDoubt inDoubt = store.inDoubt(runId);
    Row all =
        store
            .entriesOf(runId)
            .agg(
                coalesce(sum("cost_usd"), lit(0)).as("cost"),
                coalesce(sum(StoreColumns.WASTE_KNOWN), lit(0)).as("known"),
                coalesce(sum(StoreColumns.WASTE_POSSIBLE), lit(0)).as("possible"),
                count_if(col(Columns.ERROR_KIND).isNull().and(col("cost_usd").isNull()))
                    .as("unpriced"))
            .first();
    if (all.<Long>getAs("unpriced") > 0) {
      throw new InvalidInputException(
          "budget.max_usd cannot be kept in run %s: %d answers were bought in it when no price was known; give the run up with --new-run (its answers stay in the store)"
              .formatted(runId, all.<Long>getAs("unpriced")));
    }
    BigDecimal entries =
        all.<BigDecimal>getAs("cost").add(all.getAs("known")).add(all.getAs("possible"));
    return new Usd(entries.add(pending)).plus(inDoubt.worstUsd());
  }

  /** What may be spent now. */
  BigDecimal left() {
    return max.amount().subtract(spentBefore.amount());
  }

  /** For the executors of this execution. */
  BudgetBook book() {
    return new BudgetBook(left(), System::nanoTime);
  }

  /** Why a request is not called, in words. */
  String refusal(Usd worst, BigDecimal left) {
    return "no further call: of budget.max_usd %s USD at most %s are left, and this request can cost %s; raise it and run infer again"
        .formatted(max, new Usd(left), worst);
  }

  /** Why requests were not called. */
  StopSignal.Cause usedUp() {
    return new StopSignal.Cause(
        FailureKind.BUDGET,
        "budget.max_usd of %s USD does not suffice for the worst case of any further call; raise it and run infer again"
            .formatted(max));
  }
}
