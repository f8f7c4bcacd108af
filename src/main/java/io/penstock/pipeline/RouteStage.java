package io.penstock.pipeline;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;

import io.penstock.config.JobSpec.RouteSpec;
import io.penstock.lake.Columns;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Adds {@link #MODEL}: the job's name for the model of each row, by the first rule that holds, and
 * {@link #RULE}. Lazy.
 */
final class RouteStage {
  static final String MODEL = LoadStage.RESERVED_PREFIX + "model";

  /** The number of that rule, from 0; null where there are none. */
  static final String RULE = LoadStage.RESERVED_PREFIX + "rule";

  private final List<RouteSpec> rules;
  private final String onlyModel;

  /**
   * @param rules the last one without condition; empty: every row goes to {@code onlyModel}
   */
  RouteStage(List<RouteSpec> rules, String onlyModel) {
    this.rules = rules;
    this.onlyModel = onlyModel;
  }

  /**
   * @throws InvalidInputException when a rule does not parse or names a column that is not there
   */
  Dataset<Row> apply(Dataset<Row> prompts) {
    if (rules.isEmpty()) {
      return prompts
          .withColumn(MODEL, lit(onlyModel))
          .withColumn(RULE, lit(null).cast(DataTypes.IntegerType));
    }
    RowRules conditions =
        new RowRules(
            "routing", rules.stream().map(rule -> Optional.ofNullable(rule.when())).toList());
    conditions.requireFreeNames(prompts);
    Column prompt = col(RenderStage.PROMPT);
    Dataset<Row> seen =
        RowRules.withPrompts(
            prompts, prompt.getField(Columns.USER_PROMPT), prompt.getField(Columns.MESSAGES));
    Column models = array(rules.stream().map(one -> lit(one.model())).toArray(Column[]::new));
    return seen.withColumn(RULE, conditions.number(seen))
        .withColumn(MODEL, element_at(models, col(RULE).plus(lit(1))));
  }
}
