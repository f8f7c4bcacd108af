package io.penstock.pipeline;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.config.JobSpec.RouteSpec;
import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.tokens.TokenCounter;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Adds {@link #MODEL}: the job's name for the model of each row, by the first rule that holds, and
 * {@link #RULE}. Lazy.
 */
final class RouteStage {
  static final String MODEL = LoadStage.RESERVED_PREFIX + "model";

  /** The number of that rule, from 0; null where there are none. */
  static final String RULE = LoadStage.RESERVED_PREFIX + "rule";

  /** Takes a row of the messages. */
  private static final UDF1<Row, Long> COUNT_TOKENS =
      row -> row.isNullAt(0) ? null : countTokens(RowCodec.messages(row, 0));

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
    Dataset<Row> seen = withRuleColumns(prompts);
    Column rule = lit(rules.size() - 1);
    for (int i = rules.size() - 2; i >= 0; i--) {
      Column holds = condition(seen, i, String.valueOf(rules.get(i).when()));
      rule = when(coalesce(holds, lit(false)), lit(i)).otherwise(rule);
    }
    Column models = array(rules.stream().map(one -> lit(one.model())).toArray(Column[]::new));
    return seen.withColumn(RULE, rule)
        .withColumn(MODEL, element_at(models, col(RULE).plus(lit(1))));
  }

  private static long countTokens(List<Message> messages) {
    return messages.stream()
        .mapToLong(message -> TokenCounter.o200k().count(message.content()))
        .sum();
  }

  private static Dataset<Row> withRuleColumns(Dataset<Row> prompts) {
    for (String name : List.of(Columns.USER_PROMPT, Columns.INPUT_TOKENS)) {
      if (Arrays.stream(prompts.columns()).anyMatch(name::equalsIgnoreCase)) {
        throw new InvalidInputException(
            "routing: the input has a column named " + name + ", which rules give another meaning");
      }
    }
    Column userPrompt = col(RenderStage.PROMPT).getField(Columns.USER_PROMPT);
    return prompts
        .withColumn(Columns.USER_PROMPT, userPrompt)
        .withColumn(
            Columns.INPUT_TOKENS,
            udf(COUNT_TOKENS, DataTypes.LongType)
                .apply(struct(col(RenderStage.PROMPT).getField(Columns.MESSAGES))));
  }

  private static Column condition(Dataset<Row> rows, int index, String sql) {
    SqlRules.where("routing[" + index + "].when", rows, sql);
    return expr(sql);
  }
}
