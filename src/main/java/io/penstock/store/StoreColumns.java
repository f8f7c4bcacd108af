package io.penstock.store;

import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.penstock.domain.Completion;
import io.penstock.domain.DeliveryMode;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.lake.Columns;
import io.penstock.store.StoreEntry.Asked;
import io.penstock.store.StoreEntry.Failure;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The store's entries as a table. Column names equal those of the results where they mean the same.
 */
public final class StoreColumns {
  public static final String ENTRY_ID = "entry_id";
  public static final String RUN_ID = "entry_run_id";
  public static final String WASTE_KNOWN = "waste_known_usd";
  public static final String WASTE_POSSIBLE = "waste_possible_usd";
  public static final String RATE_LIMITED = "rate_limited";
  public static final String JOB_NAME = "job_name";
  public static final String PROVIDER_IDENTITY = "provider_identity";
  public static final String REQUEST_MODEL = "request_model";
  public static final String COMPLETED_AT = "completed_at";

  /** What an answer would have cost in realtime, where it cost something else; else null. */
  public static final String LIST_USD = "list_usd";

  /** UTC day of {@link #COMPLETED_AT}; the Parquet files' partition column. */
  public static final String DAY = "day";

  /**
   * Version of the table's columns; in the metadata of the first column, which Spark writes into
   * every file's footer.
   */
  static final int FORMAT_VERSION = 1;

  private static final Metadata FORMAT =
      new MetadataBuilder().putLong("penstock.completions.format", FORMAT_VERSION).build();

  public static final StructType SCHEMA =
      new StructType()
          .add(ENTRY_ID, StringType, false, FORMAT)
          .add(Columns.FINGERPRINT, BinaryType)
          .add(RUN_ID, StringType)
          .add(Columns.SHARD, IntegerType)
          .add(PROVIDER_IDENTITY, StringType)
          .add(REQUEST_MODEL, StringType)
          .add(Columns.DELIVERY, StringType)
          .add("completion", StringType)
          .add("tool_calls", StringType)
          .add("finish_reason", StringType)
          .add("raw_finish_reason", StringType)
          .add("response_model", StringType)
          .add("response_id", StringType)
          .add("input_tokens", LongType)
          .add("cache_read_input_tokens", LongType)
          .add("cache_creation_input_tokens", LongType)
          .add("output_tokens", LongType)
          .add("reasoning_output_tokens", LongType)
          .add("tokens_estimated", BooleanType)
          .add("cost_usd", Columns.USD)
          .add(LIST_USD, Columns.USD)
          .add("price_version", StringType)
          .add(WASTE_KNOWN, Columns.USD)
          .add(WASTE_POSSIBLE, Columns.USD)
          .add("latency_ms", LongType)
          .add("attempts", IntegerType)
          .add(RATE_LIMITED, IntegerType)
          .add(Columns.ERROR_KIND, StringType)
          .add(Columns.ERROR_MESSAGE, StringType)
          .add("raw_body", StringType)
          .add(JOB_NAME, StringType)
          .add(Columns.COUNTED_INPUT_TOKENS, LongType)
          .add(Columns.PROMPT_HASH, LongType)
          .add(COMPLETED_AT, TimestampType)
          .add(DAY, StringType);

  private StoreColumns() {}

  static Row toRow(StoreEntry entry) {
    List<Object> values = new ArrayList<>(SCHEMA.size());
    boolean isBatched = entry.batched() != null;
    values.add(entry.entryId());
    values.add(entry.fingerprint().toBytes());
    values.add(entry.origin().runId());
    values.add(entry.origin().shard());
    values.add(entry.origin().providerIdentity());
    values.add(entry.origin().requestModel());
    values.add((isBatched ? DeliveryMode.BATCH : DeliveryMode.REALTIME).word());
    addAnswer(values, entry.answer());
    values.add(decimal(entry.costUsd()));
    values.add(isBatched ? decimal(entry.batched().listUsd()) : null);
    values.add(entry.origin().priceVersion());
    values.add(decimal(entry.effort().waste().known()));
    values.add(decimal(entry.effort().waste().possible()));
    values.add(isBatched ? null : entry.effort().latencyMillis());
    values.add(entry.effort().attempts());
    values.add(entry.effort().rateLimited());
    addFailure(values, entry.failure());
    addAsked(values, entry.origin().asked());
    values.add(Timestamp.from(entry.completedAt()));
    values.add(LocalDate.ofInstant(entry.completedAt(), ZoneOffset.UTC).toString());
    return RowFactory.create(values.toArray());
  }

  private static void addAnswer(List<Object> values, @Nullable Completion answer) {
    if (answer == null) {
      values.addAll(Arrays.asList(new Object[12]));
      return;
    }
    values.add(answer.text());
    values.add(answer.toolCalls());
    values.add(answer.finishReason().name());
    values.add(answer.rawFinishReason());
    values.add(answer.responseModel());
    values.add(answer.responseId());
    TokenUsage usage = answer.usage();
    values.add(usage.inputTokens());
    values.add(usage.cacheReadInputTokens());
    values.add(usage.cacheCreationInputTokens());
    values.add(usage.outputTokens());
    values.add(usage.reasoningOutputTokens());
    values.add(answer.tokensEstimated());
  }

  private static void addFailure(List<Object> values, @Nullable Failure failure) {
    values.add(failure == null ? null : failure.kind().name());
    values.add(failure == null ? null : failure.message());
    values.add(failure == null || failure.rawBody().isEmpty() ? null : failure.rawBody());
  }

  private static void addAsked(List<Object> values, @Nullable Asked asked) {
    values.add(asked == null ? null : asked.jobName());
    values.add(asked == null ? null : asked.countedInputTokens());
    values.add(asked == null ? null : asked.promptHash());
  }

  /** Exact: amounts never have more decimals than the column. */
  private static @Nullable BigDecimal decimal(@Nullable Usd amount) {
    return amount == null ? null : amount.amount().setScale(Usd.SCALE, RoundingMode.UNNECESSARY);
  }
}
