package io.penstock.pipeline;

import static org.apache.spark.sql.functions.aggregate;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import io.penstock.lake.RowCodec;
import io.penstock.tokens.TokenFamily;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Adds {@link #TOO_LONG}: why a row's prompt certainly does not fit the context window of its
 * model; null where it may fit. Lazy. Where the price list knows no window nothing is said.
 */
final class ContextGuard {
  static final String TOO_LONG = LoadStage.RESERVED_PREFIX + "too_long";

  /** Of the o200k_base count, far below what any family makes of any text. */
  private static final double LEAST_FACTOR = 0.5;

  private final HashMap<String, Window> windows = new HashMap<>();

  ContextGuard(List<JobSetup.Model> models) {
    for (JobSetup.Model model : models) {
      if (model.price() != null && model.price().contextWindow() != null) {
        windows.put(
            model.settings().name(),
            new Window(
                model.settings().requestModel(),
                model.price().contextWindow(),
                model.settings().maxOutputTokens(),
                model.tokens()));
      }
    }
  }

  /**
   * @param routed of {@link RouteStage}
   */
  Dataset<Row> apply(Dataset<Row> routed) {
    OptionalLong least = windows.values().stream().mapToLong(Window::room).min();
    if (least.isEmpty()) {
      return routed.withColumn(TOO_LONG, lit(null).cast(DataTypes.StringType));
    }
    Map<String, Window> byModel = windows;
    UDF1<Row, String> judge =
        row -> {
          Window window = byModel.get(row.getString(0));
          return window == null ? null : window.tooLong(RowCodec.messages(row, 1));
        };
    Column messages = col(RenderStage.PROMPT).getField(Columns.MESSAGES);
    Column bytes =
        aggregate(
            messages,
            lit(0L),
            (sum, message) -> sum.plus(octet_length(message.getField(Columns.CONTENT))));
    // Spark knows the bytes of a text without looking at it: all but the longest stay untouched
    return routed.withColumn(
        TOO_LONG,
        when(
            bytes.gt(least.getAsLong()),
            udf(judge, DataTypes.StringType).apply(struct(col(RouteStage.MODEL), messages))));
  }

  /**
   * @param tokens of input and output together
   * @param maxOutputTokens null: the job sets none
   */
  record Window(
      String requestModel, long tokens, @Nullable Integer maxOutputTokens, TokenFamily family)
      implements Serializable {
    /** Null where the messages may fit; cheap for all but the longest. */
    @Nullable String tooLong(List<Message> messages) {
      if (bytes(messages) <= room()) {
        return null;
      }
      long counted = messages.stream().mapToLong(m -> family.count(m.content())).sum();
      long input = family.isExact() ? counted : (long) (counted * LEAST_FACTOR);
      return input + output() > tokens ? message(input, output()) : null;
    }

    /** No token is less than a byte: a prompt of no more bytes than this fits. */
    long room() {
      return tokens - output();
    }

    /** Of other families it is not certain that the output counts towards the window. */
    private long output() {
      return family.isExact() && maxOutputTokens != null ? maxOutputTokens : 0;
    }

    private static long bytes(List<Message> messages) {
      return messages.stream()
          .mapToLong(m -> m.content().getBytes(StandardCharsets.UTF_8).length)
          .sum();
    }

    private String message(long input, long output) {
      return String.format(
          Locale.ROOT,
          "the prompt has %s%,d tokens%s more than the context window of %s: %,d tokens",
          family.isExact() ? "" : "at least ",
          input,
          output == 0
              ? ","
              : String.format(Locale.ROOT, " and max_output_tokens is %,d: together", output),
          requestModel,
          tokens);
    }
  }
}
