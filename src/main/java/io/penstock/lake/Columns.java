package io.penstock.lake;

import io.penstock.domain.Usd;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The one place for names, types and nullability of columns: results, rows, requests. */
public final class Columns {
  // the rows of a run folder
  public static final String ROW_ID = "row_id";
  public static final String INPUT = "input";
  public static final String MODEL_NAME = "model_name";
  public static final String MESSAGES = "messages";
  public static final String FINGERPRINT = "fingerprint";

  /** Which of a row's answers; the row's first is 0. */
  public static final String SAMPLE_INDEX = "sample_index";

  /** Which of the answers to the same request: what the fingerprint has. */
  public static final String REQUEST_INDEX = "request_index";

  public static final String ERROR_KIND = "error_kind";
  public static final String ERROR_MESSAGE = "error_message";

  public static final String TRUNCATED_COLUMNS = "truncated_columns";
  public static final String TOKENS_SAVED = "tokens_saved";

  // what rules see beside the input's columns
  public static final String USER_PROMPT = "user_prompt";
  public static final String INPUT_TOKENS = "input_tokens";

  /** Of a {@code DeliveryMode}, its word. */
  public static final String DELIVERY = "delivery";

  // the misses of a run folder
  public static final String SHARD = "shard";

  /** Which routing rule chose the model, from 0; null in a job without rules. */
  public static final String ROUTE = "route";

  /** Tokens of a prompt by our own encoding. */
  public static final String COUNTED_INPUT_TOKENS = "counted_input_tokens";

  /** 64 bits of the messages alone. */
  public static final String PROMPT_HASH = "prompt_hash";

  /** The partition column of results; not among {@link #RESULTS}. */
  public static final String RUN_ID = "run_id";

  public static final DataType USD = DataTypes.createDecimalType(Usd.PRECISION, Usd.SCALE);

  public static final String ROLE = "role";
  public static final String CONTENT = "content";

  public static final StructType MESSAGE =
      new StructType()
          .add(ROLE, DataTypes.StringType, false)
          .add(CONTENT, DataTypes.StringType, false);

  /** Behind the first of {@link #RESULTS}, in jobs with a response schema; of its type. */
  public static final String PARSED = "parsed";

  /** Columns put behind the input's in the results, in order. All nullable for plain readers. */
  public static final StructType RESULTS =
      new StructType()
          .add("completion", DataTypes.StringType)
          .add("tool_calls", DataTypes.StringType)
          .add("finish_reason", DataTypes.StringType)
          .add("raw_finish_reason", DataTypes.StringType)
          .add(MODEL_NAME, DataTypes.StringType)
          .add("provider_name", DataTypes.StringType)
          .add("request_model", DataTypes.StringType)
          .add("response_model", DataTypes.StringType)
          .add(DELIVERY, DataTypes.StringType)
          .add("served_from", DataTypes.StringType)
          .add(INPUT_TOKENS, DataTypes.LongType)
          .add("cache_read_input_tokens", DataTypes.LongType)
          .add("cache_creation_input_tokens", DataTypes.LongType)
          .add("output_tokens", DataTypes.LongType)
          .add("reasoning_output_tokens", DataTypes.LongType)
          .add("tokens_estimated", DataTypes.BooleanType)
          .add(TRUNCATED_COLUMNS, DataTypes.createArrayType(DataTypes.StringType))
          .add("cost_usd", USD)
          .add("saved_usd", USD)
          .add("latency_ms", DataTypes.LongType)
          .add("attempts", DataTypes.IntegerType)
          .add(ERROR_KIND, DataTypes.StringType)
          .add(ERROR_MESSAGE, DataTypes.StringType)
          .add(FINGERPRINT, DataTypes.StringType)
          .add("response_id", DataTypes.StringType)
          .add(SAMPLE_INDEX, DataTypes.IntegerType)
          .add("completed_at", DataTypes.TimestampType);

  /** Those of the results that have hardly a value twice. */
  public static final List<String> MOSTLY_DISTINCT =
      List.of("completion", FINGERPRINT, "response_id", "completed_at");

  private Columns() {}

  /**
   * The result columns' names that an input column has too, letter case ignored as Spark does.
   *
   * @param prefix {@code output.prefix}
   * @param further of the results beside {@link #RESULTS}
   */
  public static List<String> clashes(StructType input, String prefix, List<String> further) {
    List<String> results = new ArrayList<>(List.of(RESULTS.fieldNames()));
    results.addAll(further);
    List<String> clashes = new ArrayList<>();
    for (StructField column : input.fields()) {
      boolean ours =
          results.stream().anyMatch(result -> column.name().equalsIgnoreCase(prefix + result));
      if (ours || column.name().equalsIgnoreCase(RUN_ID)) {
        clashes.add(column.name());
      }
    }
    return clashes;
  }

  /** The name as Spark SQL takes it, whatever letters it has. */
  public static String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
