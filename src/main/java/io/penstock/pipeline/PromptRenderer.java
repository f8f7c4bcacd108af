package io.penstock.pipeline;

import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.prompt.PromptOptimizer;
import io.penstock.prompt.PromptTemplate;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * One row to its messages, or to why there are none. Runs as a UDF and not as SQL, so that no part
 * of a prompt stands in a query plan, which the Spark UI and the event log show.
 */
final class PromptRenderer {
  /** What both renderers return. Either messages or an error message is null. */
  static final StructType RENDERED =
      new StructType()
          .add(Columns.MESSAGES, DataTypes.createArrayType(Columns.MESSAGE, false))
          .add(Columns.USER_PROMPT, DataTypes.StringType)
          .add(Columns.ERROR_MESSAGE, DataTypes.StringType)
          .add(Columns.TRUNCATED_COLUMNS, DataTypes.createArrayType(DataTypes.StringType))
          .add(Columns.TOKENS_SAVED, DataTypes.LongType);

  private PromptRenderer() {}

  private static Row failed(String why) {
    return RowFactory.create(null, null, why, null, null);
  }

  /**
   * @param system null: no system instructions
   * @param columns that the templates name; the UDF takes their values as strings in this order
   */
  record Templates(
      @Nullable PromptTemplate system,
      PromptTemplate user,
      List<String> columns,
      PromptOptimizer optimizer)
      implements UDF1<Row, Row> {
    @Override
    public Row call(Row row) {
      OptimisedRow optimised = new OptimisedRow(optimizer);
      Map<String, String> values = new HashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        if (row.isNullAt(i)) {
          return failed("column " + columns.get(i) + " is null");
        }
        values.put(columns.get(i), optimised.column(columns.get(i), text(row.get(i))));
      }
      String prompt = optimised.message(user.render(values));
      if (prompt.isBlank()) {
        return failed("the prompt is empty");
      }
      List<Message> messages = new ArrayList<>();
      String instructions = system == null ? "" : optimised.message(system.render(values));
      if (!instructions.isBlank()) {
        messages.add(new Message(Message.SYSTEM, instructions));
      }
      messages.add(new Message(Message.USER, prompt));
      return optimised.rendered(RowCodec.toRows(messages), prompt);
    }
  }

  /** Spark's own cast writes small decimals with an exponent. */
  private static String text(Object value) {
    return value instanceof BigDecimal decimal ? decimal.toPlainString() : value.toString();
  }

  /**
   * @param column its name, for messages; the UDF takes a row of that one column
   */
  record Conversation(String column, PromptOptimizer optimizer) implements UDF1<Row, Row> {
    @Override
    public Row call(Row row) {
      if (row.isNullAt(0) || row.getList(0).isEmpty()) {
        return failed("column " + column + " is null or empty");
      }
      OptimisedRow optimised = new OptimisedRow(optimizer);
      List<Row> turns = row.getList(0);
      List<Row> sent = new ArrayList<>(turns.size());
      String prompt = null;
      boolean onlyInstructions = true;
      for (int i = 0; i < turns.size(); i++) {
        String problem = problemOf(turns.get(i));
        if (problem != null) {
          return failed("column " + column + ", message " + (i + 1) + ": " + problem);
        }
        String role = turns.get(i).getString(0);
        onlyInstructions &= role.equals(Message.SYSTEM) || role.equals(Message.DEVELOPER);
        String content = optimised.message(turns.get(i).getString(1));
        sent.add(RowFactory.create(role, content));
        prompt = role.equals(Message.USER) ? content : prompt;
      }
      return onlyInstructions
          ? failed("column " + column + " has system instructions only")
          : optimised.rendered(sent, prompt);
    }

    private static @Nullable String problemOf(@Nullable Row turn) {
      if (turn == null || turn.isNullAt(0) || turn.isNullAt(1)) {
        return "role or content is null";
      }
      if (!Message.ROLES.contains(turn.getString(0))) {
        return "role must be one of system, developer, user, assistant";
      }
      return turn.getString(1).isBlank() ? "content is empty" : null;
    }
  }
}
