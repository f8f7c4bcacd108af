package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What the optimiser did to a run's rows, duplicates included.
 *
 * @param promptsShortened rows whose prompt became another
 * @param tokensSaved of o200k_base, estimated for very long texts
 */
record OptimiserFigures(long promptsShortened, long tokensSaved) {
  /**
   * One small action.
   *
   * @param rows of {@link LinkStage}
   */
  static OptimiserFigures of(Dataset<Row> rows) {
    Row sums =
        rows.agg(count(col(Columns.TOKENS_SAVED)), coalesce(sum(Columns.TOKENS_SAVED), lit(0L)))
            .first();
    return new OptimiserFigures(sums.getLong(0), sums.getLong(1));
  }

  /**
   * What people are told before the calls begin. At most two small actions, none for a job that
   * asks for nothing and whose prompts are all right.
   *
   * @param rows of {@link LinkStage}
   * @param invalid rows without a request
   */
  static List<String> lines(JobSetup setup, Dataset<Row> rows, long invalid) {
    List<String> lines = new ArrayList<>();
    if (!setup.optimizer().doesNothing()) {
      lines.add(of(rows).line());
    }
    if (invalid > 0) {
      tooLongLine(rows).ifPresent(lines::add);
    }
    if (setup.spec().prompt().cachesPrefix()) {
      lines.addAll(PrefixWarnings.of(setup.templates()));
    }
    return lines;
  }

  /** How many rows {@link ContextGuard} held back; empty where none. */
  private static Optional<String> tooLongLine(Dataset<Row> rows) {
    long tooLong =
        rows.where(col(Columns.ERROR_KIND).equalTo(FailureKind.CONTEXT_TOO_LONG.name())).count();
    return tooLong == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                "warning: prompts that do not fit the context window of their model and are not"
                    + " called: %,d",
                tooLong));
  }

  String line() {
    return String.format(
        "optimise: %,d prompts shortened, about %,d tokens saved", promptsShortened, tokensSaved);
  }
}
