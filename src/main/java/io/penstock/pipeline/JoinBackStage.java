package io.penstock.pipeline;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.DeliveryMode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.ModelSettings;
import io.penstock.inference.StopSignal;
import io.penstock.lake.Columns;
import io.penstock.pipeline.ShardReport.Refused;
import io.penstock.store.CompletionStore;
import io.penstock.store.CompletionStore.Snapshot;
import io.penstock.store.StoreColumns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Joins the run's rows with the store: one row out for each row in. Lazy; calls nothing. */
final class JoinBackStage {
  /** What a row paid for in this run, on all its rungs together; null: nothing. */
  static final String SPENT = "spent_usd";

  /** What batches saved it of that against realtime; null: nothing. */
  static final String SAVED = "batch_saved_usd";

  /** Whether some of it has no price. */
  static final String UNPRICED = "unpriced";

  private static final String COMPLETION = "completion";
  private static final String PRIMARY_ROW = "primary_row";

  private static final StopSignal.Cause NOT_CALLED =
      new StopSignal.Cause(
          FailureKind.NOT_ATTEMPTED, "the run stopped before this request was called");

  /** Not Spark's lower(hex()): the first use of lower loads ICU, which takes two seconds. */
  private static final UDF1<byte[], String> FINGERPRINT_TEXT =
      bits -> bits == null ? null : Fingerprint.of(bits).toString();

  private static final StructType REFUSED =
      new StructType()
          .add(Columns.FINGERPRINT, DataTypes.BinaryType)
          .add("refused_kind", DataTypes.StringType)
          .add("refused_message", DataTypes.StringType)
          .add("refused_attempts", DataTypes.IntegerType);

  private static final String IS_PENDING = "is_pending";
  private static final String IN_BATCH = "the request is in a batch that has not ended";

  private static final StructType MODELS =
      new StructType()
          .add(Columns.MODEL_NAME, DataTypes.StringType)
          .add("asked_provider", DataTypes.StringType)
          .add("asked_model", DataTypes.StringType);

  private final CompletionStore store;
  private final String runId;
  private final List<ModelSettings> models;
  private final Shape shape;
  private final StopSignal.Cause uncalled;
  private final Optional<Dataset<Row>> pending;

  /**
   * @param prefix put before the names of result columns
   * @param parsed type of {@link Columns#PARSED}; null: there is no such column
   */
  private record Shape(String prefix, @Nullable DataType parsed) {}

  /**
   * @param prefix put before the names of result columns
   */
  JoinBackStage(CompletionStore store, String runId, List<ModelSettings> models, String prefix) {
    this(store, runId, models, new Shape(prefix, null), NOT_CALLED, Optional.empty());
  }

  private JoinBackStage(
      CompletionStore store,
      String runId,
      List<ModelSettings> models,
      Shape shape,
      StopSignal.Cause uncalled,
      Optional<Dataset<Row>> pending) {
    this.store = store;
    this.runId = runId;
    this.models = models;
    this.shape = shape;
    this.uncalled = uncalled;
    this.pending = pending;
  }

  /** The same, where rows that were not called for want of money say so. */
  JoinBackStage stoppedBy(Optional<StopSignal.Cause> stop) {
    StopSignal.Cause why =
        stop.filter(cause -> cause.kind() == FailureKind.BUDGET).orElse(uncalled);
    return new JoinBackStage(store, runId, models, shape, why, pending);
  }

  /**
   * The same, where rows say so whose requests are in batches.
   *
   * @param fingerprints a row per such request
   */
  JoinBackStage withPending(Optional<Dataset<Row>> fingerprints) {
    return new JoinBackStage(store, runId, models, shape, uncalled, fingerprints);
  }

  /**
   * The same with {@link Columns#PARSED}.
   *
   * @param schema null: without
   */
  JoinBackStage parsing(@Nullable JsonNode schema) {
    DataType parsed = schema == null ? null : ParsedColumn.type(schema);
    return new JoinBackStage(
        store, runId, models, new Shape(shape.prefix(), parsed), uncalled, pending);
  }

  /**
   * The input's columns, then {@link Columns#RESULTS}.
   *
   * @param rows of {@link LinkStage}
   * @param unique of {@link StoreLookupStage}
   * @param settled of {@link StoreLookupStage}: then its entries serve, and no other is looked for
   */
  Dataset<Row> apply(
      Dataset<Row> rows, Dataset<Row> unique, Optional<Snapshot> settled, List<Refused> refused)
      throws IOException {
    return project(
        joined(rows, unique, settled, refused),
        new Money(JoinBackStage::paidHere, JoinBackStage::savedHere));
  }

  /**
   * Where rows are asked of several models.
   *
   * @param rows of {@link RungStage#standing}
   */
  Dataset<Row> apply(Dataset<Row> rows, RungLedger.Books books, List<Refused> refused)
      throws IOException {
    Dataset<Row> joined =
        joined(rows, books.requests(), Optional.empty(), refused)
            .join(books.spent(), new String[] {Columns.ROW_ID}, "left");
    return project(joined, new Money(JoinBackStage::spent, JoinBackStage::saved));
  }

  private Dataset<Row> joined(
      Dataset<Row> rows, Dataset<Row> unique, Optional<Snapshot> settled, List<Refused> refused)
      throws IOException {
    Dataset<Row> links =
        rows.drop(Columns.MESSAGES)
            .withColumnRenamed(Columns.ERROR_KIND, "link_error_kind")
            .withColumnRenamed(Columns.ERROR_MESSAGE, "link_error_message");
    Dataset<Row> requests = unique.withColumnRenamed(Columns.ROW_ID, PRIMARY_ROW);
    Dataset<Row> entries =
        settled.isPresent()
            ? settled.get().servingOnce(requests, runId)
            : store.serving(requests, runId);
    Dataset<Row> served = links.join(entries, new String[] {Columns.FINGERPRINT}, "left");
    return withPending(withRefusals(served, refused))
        .join(broadcast(modelNames(rows)), new String[] {Columns.MODEL_NAME}, "left");
  }

  private Dataset<Row> withPending(Dataset<Row> served) {
    return pending
        .map(
            inBatches ->
                served.join(
                    inBatches.withColumn(IS_PENDING, lit(true)),
                    new String[] {Columns.FINGERPRINT},
                    "left"))
        .orElseGet(() -> served.withColumn(IS_PENDING, lit(null).cast(DataTypes.BooleanType)));
  }

  private static Dataset<Row> withRefusals(Dataset<Row> served, List<Refused> refused) {
    if (refused.isEmpty()) {
      Dataset<Row> none = served;
      for (StructField field : List.of(REFUSED.fields()).subList(1, REFUSED.size())) {
        none = none.withColumn(field.name(), lit(null).cast(field.dataType()));
      }
      return none;
    }
    return served.join(
        broadcast(refusals(served, refused)), new String[] {Columns.FINGERPRINT}, "left");
  }

  private static Dataset<Row> refusals(Dataset<Row> rows, List<Refused> refused) {
    Map<Fingerprint, Refused> each = new LinkedHashMap<>(); // one may be refused in two rounds
    refused.forEach(one -> each.put(one.fingerprint(), one));
    List<Row> local =
        each.values().stream()
            .map(
                one ->
                    RowFactory.create(
                        one.fingerprint().toBytes(),
                        one.kind().name(),
                        one.message(),
                        one.attempts()))
            .toList();
    return rows.sparkSession().createDataFrame(local, REFUSED);
  }

  private Dataset<Row> modelNames(Dataset<Row> rows) {
    List<Row> local =
        models.stream()
            .map(
                model ->
                    RowFactory.create(model.name(), model.endpoint().name(), model.requestModel()))
            .toList();
    return rows.sparkSession().createDataFrame(local, MODELS);
  }

  /** The cost of a row that has an answer, by whether the run bought that for this row. */
  private static Column paidHere(Column isBoughtByRow) {
    Column cost = col("cost_usd");
    return when(cost.isNull().or(isBoughtByRow), cost).otherwise(lit(0));
  }

  private static Column savedHere(Column isBoughtByRow) {
    return when(isBoughtByRow, listed().minus(col("cost_usd"))).otherwise(listed());
  }

  /** The realtime list price; null where the cost is not known. */
  private static Column listed() {
    return when(col("cost_usd").isNotNull(), coalesce(col(StoreColumns.LIST_USD), col("cost_usd")));
  }

  private static Column saved(Column isBoughtByRow) {
    Column byBatches = coalesce(col(SAVED), lit(0));
    return when(isBoughtByRow, when(listed().isNotNull(), byBatches))
        .otherwise(listed().plus(byBatches));
  }

  private static Column spent(Column isBoughtByRow) {
    Column isUnknown = col("cost_usd").isNull().or(coalesce(col(UNPRICED), lit(false)));
    return when(not(isUnknown), coalesce(col(SPENT), lit(0)));
  }

  /**
   * Of a row that has an answer, by whether the run bought that for this row.
   *
   * @param paid for it, or for all that the row was asked of
   */
  private record Money(UnaryOperator<Column> paid, UnaryOperator<Column> saved) {}

  private Dataset<Row> project(Dataset<Row> joined, Money money) {
    List<Column> columns = new ArrayList<>();
    columns.add(col(Columns.INPUT + ".*"));
    for (StructField result : Columns.RESULTS.fields()) {
      String name = shape.prefix() + result.name();
      columns.add(value(result.name(), money).cast(result.dataType()).as(name));
      if (result.name().equals(COMPLETION) && shape.parsed() != null) {
        Column parsed = ParsedColumn.of(col(COMPLETION), shape.parsed());
        columns.add(parsed.as(shape.prefix() + Columns.PARSED));
      }
    }
    return joined.select(columns.toArray(Column[]::new));
  }

  private Column value(String name, Money money) {
    Column answered = col(StoreColumns.ENTRY_ID).isNotNull().and(col(Columns.ERROR_KIND).isNull());
    Column isPrimary = col(Columns.ROW_ID).equalTo(col(PRIMARY_ROW));
    Column boughtHere = col(StoreColumns.RUN_ID).equalTo(runId);
    Column call =
        when(col(Columns.DELIVERY).equalTo(DeliveryMode.BATCH.word()), "batch").otherwise("call");
    return switch (name) {
      case "provider_name" -> col("asked_provider");
      case "request_model" -> col("asked_model");
      case "served_from" ->
          when(
              answered,
              when(not(isPrimary), "duplicate").when(boughtHere, call).otherwise("cache"));
      case "cost_usd" ->
          when(answered, money.paid().apply(isPrimary.and(boughtHere))).otherwise(lit(0));
      case "saved_usd" ->
          when(answered, money.saved().apply(isPrimary.and(boughtHere))).otherwise(lit(0));
      case Columns.ERROR_KIND -> errorKind(answered);
      case Columns.ERROR_MESSAGE -> errorMessage(answered);
      case Columns.FINGERPRINT ->
          udf(FINGERPRINT_TEXT, DataTypes.StringType).apply(col(Columns.FINGERPRINT));
      case "attempts" -> coalesce(col("attempts"), col("refused_attempts"));
      default -> col(name);
    };
  }

  private Column errorKind(Column answered) {
    return when(
        not(answered),
        coalesce(
            col("link_error_kind"),
            when(col(IS_PENDING), lit(FailureKind.PENDING.name())),
            col(Columns.ERROR_KIND),
            col("refused_kind"),
            lit(uncalled.kind().name())));
  }

  private Column errorMessage(Column answered) {
    return when(
        not(answered),
        coalesce(
            col("link_error_message"),
            when(col(IS_PENDING), lit(IN_BATCH)),
            col(Columns.ERROR_MESSAGE),
            col("refused_message"),
            lit(uncalled.message())));
  }
}
