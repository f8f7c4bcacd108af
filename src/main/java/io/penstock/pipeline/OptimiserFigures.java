package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.penstock.lake.Columns;
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

  String line() {
    return String.format(
        "optimise: %,d prompts shortened, about %,d tokens saved", promptsShortened, tokensSaved);
  }
}
