package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.tokens.TokenCounter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Rules of a job file, of which the first that holds decides: conditions over the input's columns,
 * {@code user_prompt} and {@code input_tokens}. Lazy.
 */
final class RowRules {
  /** Takes a row of the messages. */
  private static final UDF1<Row, Long> COUNT_TOKENS =
      row -> row.isNullAt(0) ? null : countTokens(RowCodec.messages(row, 0));

  private final String key;
  private final List<Optional<String>> conditions;

  /**
   * @param key of the list in the job file
   * @param conditions of the rules, in order; the last one has none
   */
  RowRules(String key, List<Optional<String>> conditions) {
    this.key = key;
    this.conditions = List.copyOf(conditions);
  }

  private static long countTokens(List<Message> messages) {
    return messages.stream()
        .mapToLong(message -> TokenCounter.o200k().count(message.content()))
        .sum();
  }

  /**
   * @throws InvalidInputException when the input has a column of a name that rules give another
   *     meaning
   */
  void requireFreeNames(Dataset<Row> input) {
    for (String name : List.of(Columns.USER_PROMPT, Columns.INPUT_TOKENS)) {
      if (Arrays.stream(input.columns()).anyMatch(name::equalsIgnoreCase)) {
        throw new InvalidInputException(
            key + ": the input has a column named " + name + ", which rules give another meaning");
      }
    }
  }

  /**
   * The rows with what rules see of their prompts.
   *
   * @param userPrompt the last message of the user
   */
  static Dataset<Row> withPrompts(Dataset<Row> rows, Column userPrompt, Column messages) {
    return rows.withColumn(Columns.USER_PROMPT, userPrompt)
        .withColumn(
            Columns.INPUT_TOKENS, udf(COUNT_TOKENS, DataTypes.LongType).apply(struct(messages)));
  }

  /**
   * The number of the rule that decides, from 0.
   *
   * @param seen the rows as rules see them
   * @throws InvalidInputException when a rule does not parse, names a column that is not there or
   *     is not deterministic
   */
  Column number(Dataset<Row> seen) {
    Column rule = lit(conditions.size() - 1);
    for (int i = conditions.size() - 2; i >= 0; i--) {
      String sql = conditions.get(i).orElse("true");
      SqlRules.where(key + "[" + i + "].when", seen, sql);
      rule = when(coalesce(expr(sql), lit(false)), lit(i)).otherwise(rule);
    }
    return rule;
  }
}
