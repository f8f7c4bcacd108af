package io.penstock.pipeline;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;

import io.penstock.config.JobSpec.DeliverySpec;
import io.penstock.domain.DeliveryMode;
import io.penstock.domain.Message;
import io.penstock.lake.Columns;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Tells the misses that are called in realtime from those that go into batches, by the first rule
 * that holds for their rows. A request that several rows make is realtime where one of them is;
 * those of models without a Batch API are realtime. Rules see the rows as the run pinned them, so
 * that a run that is gone on with follows the rules of today.
 *
 * <p>Lazy, and without a join where all requests have one mode.
 */
final class DeliveryStage {
  private static final String ROW = LoadStage.RESERVED_PREFIX + "row";
  private static final String URGENT = LoadStage.RESERVED_PREFIX + "urgent";
  private static final String URGENT_ROW = LoadStage.RESERVED_PREFIX + "urgent_row";
  private static final Column REALTIME = lit(DeliveryMode.REALTIME.word());
  private static final Column BATCH = lit(DeliveryMode.BATCH.word());

  private final List<DeliverySpec> specs;
  private final RowRules rules;
  private final Set<String> batchModels;
  private final boolean allHaveBatch;

  DeliveryStage(List<DeliverySpec> specs, List<JobSetup.Model> models) {
    this.specs = List.copyOf(specs);
    this.rules =
        new RowRules(
            "delivery", specs.stream().map(spec -> Optional.ofNullable(spec.when())).toList());
    this.batchModels =
        models.stream()
            .filter(JobSetup.Model::hasBatch)
            .map(model -> model.settings().name())
            .collect(Collectors.toSet());
    this.allHaveBatch = batchModels.size() == models.size();
  }

  /**
   * The misses by how they are delivered; each request is in one of the two.
   *
   * @param batch its misses have {@link Columns#DELIVERY} too
   */
  record Split(Lookup realtime, Lookup batch) {}

  /**
   * Before anything is paid. Runs nothing.
   *
   * @param input the input's columns
   * @throws InvalidInputException when a rule does not parse, is not deterministic, or names a
   *     column that is not there
   */
  void require(Dataset<Row> input) {
    if (specs.stream().noneMatch(spec -> spec.when() != null)) {
      return;
    }
    rules.requireFreeNames(input);
    StructType seen =
        input
            .schema()
            .add(Columns.USER_PROMPT, DataTypes.StringType)
            .add(Columns.INPUT_TOKENS, DataTypes.LongType);
    rules.number(input.sparkSession().createDataFrame(List.of(), seen));
  }

  /** The misses of a round. One small action where modes are mixed. */
  Split split(Round round) {
    Dataset<Row> asked =
        round.walks().isEmpty()
            ? round.rows()
            : round
                .walks()
                .get(round.walks().size() - 1)
                .select(
                    col(Columns.ROW_ID),
                    col("missing." + Columns.FINGERPRINT).as(Columns.FINGERPRINT));
    return split(round.lookup(), round.rows(), asked);
  }

  /**
   * The misses of rows' first requests. One small action where modes are mixed.
   *
   * @param rows of {@link LinkStage}
   */
  Split split(Lookup lookup, Dataset<Row> rows) {
    return split(lookup, rows, rows);
  }

  /**
   * The misses with {@link Columns#DELIVERY}.
   *
   * @param rows of {@link LinkStage}
   */
  Dataset<Row> apply(Dataset<Row> misses, Dataset<Row> rows) {
    return apply(misses, rows, rows);
  }

  private Split split(Lookup lookup, Dataset<Row> rows, Dataset<Row> asked) {
    Dataset<Row> misses = lookup.misses();
    if (lookup.missCount() == 0 || isAll(DeliveryMode.REALTIME)) {
      return new Split(
          lookup, part(lookup, misses.withColumn(Columns.DELIVERY, BATCH).limit(0), 0));
    }
    if (isAll(DeliveryMode.BATCH) && allHaveBatch) {
      return new Split(
          part(lookup, misses.limit(0), 0),
          part(lookup, misses.withColumn(Columns.DELIVERY, BATCH), lookup.missCount()));
    }
    Dataset<Row> delivered = apply(misses, rows, asked);
    Column isBatch = col(Columns.DELIVERY).equalTo(BATCH);
    Dataset<Row> batch = delivered.where(isBatch);
    long batches = batch.count();
    return new Split(
        part(lookup, delivered.where(not(isBatch)), lookup.missCount() - batches),
        part(lookup, batch, batches));
  }

  private static Lookup part(Lookup whole, Dataset<Row> misses, long count) {
    return new Lookup(misses, count, whole.hitCount(), whole.tornLines(), Optional.empty());
  }

  /** Whether no request can have another mode, were it for the rules. */
  private boolean isAll(DeliveryMode mode) {
    if (mode == DeliveryMode.REALTIME && batchModels.isEmpty()) {
      return true;
    }
    boolean isBatch = mode == DeliveryMode.BATCH;
    return specs.isEmpty()
        ? !isBatch
        : specs.stream().allMatch(spec -> spec.asksForBatch() == isBatch);
  }

  /**
   * @param asked the rows' requests at which they stand: row_id and fingerprint
   */
  private Dataset<Row> apply(Dataset<Row> misses, Dataset<Row> rows, Dataset<Row> asked) {
    if (isAll(DeliveryMode.REALTIME)) {
      return misses.withColumn(Columns.DELIVERY, REALTIME);
    }
    Dataset<Row> byModel =
        allHaveBatch ? misses.withColumn(URGENT, lit(false)) : byModel(misses, rows);
    if (!isAll(DeliveryMode.BATCH)) {
      byModel =
          byModel
              .join(urgent(rows, asked), new String[] {Columns.FINGERPRINT}, "left")
              .withColumn(URGENT, col(URGENT).or(coalesce(col(URGENT_ROW), lit(false))))
              .drop(URGENT_ROW);
    }
    return byModel
        .withColumn(Columns.DELIVERY, when(col(URGENT), REALTIME).otherwise(BATCH))
        .drop(URGENT);
  }

  private Dataset<Row> byModel(Dataset<Row> misses, Dataset<Row> rows) {
    boolean haveModel = List.of(misses.columns()).contains(Columns.MODEL_NAME);
    Dataset<Row> named =
        haveModel
            ? misses
            : misses.join(
                rows.select(Columns.ROW_ID, Columns.MODEL_NAME), new String[] {Columns.ROW_ID});
    Dataset<Row> judged =
        named.withColumn(URGENT, not(col(Columns.MODEL_NAME).isin(batchModels.toArray())));
    return haveModel ? judged : judged.drop(Columns.MODEL_NAME);
  }

  /** Requests of rows that a rule wants in realtime, each once, with {@link #URGENT_ROW} true. */
  private Dataset<Row> urgent(Dataset<Row> rows, Dataset<Row> asked) {
    Dataset<Row> seen = seen(rows);
    Dataset<Row> urgent = seen.where(not(isBatch(seen)));
    Dataset<Row> requests =
        asked == rows
            ? urgent.select(col(ROW + "." + Columns.FINGERPRINT).as(Columns.FINGERPRINT))
            : urgent
                .select(col(ROW + "." + Columns.ROW_ID).as(Columns.ROW_ID))
                .join(asked, new String[] {Columns.ROW_ID})
                .select(Columns.FINGERPRINT);
    return requests
        .where(col(Columns.FINGERPRINT).isNotNull())
        .distinct()
        .withColumn(URGENT_ROW, lit(true));
  }

  private Column isBatch(Dataset<Row> seen) {
    Column modes =
        array(specs.stream().map(spec -> lit(spec.asksForBatch())).toArray(Column[]::new));
    return element_at(modes, rules.number(seen).plus(lit(1)));
  }

  /** SQL sees columns by name, so ours stand aside for the input's. */
  private static Dataset<Row> seen(Dataset<Row> rows) {
    Column ours = struct(col(Columns.ROW_ID), col(Columns.FINGERPRINT), col(Columns.MESSAGES));
    Column messages = col(ROW + "." + Columns.MESSAGES);
    Column prompt =
        try_element_at(
                filter(messages, message -> message.getField(Columns.ROLE).equalTo(Message.USER)),
                lit(-1))
            .getField(Columns.CONTENT);
    return RowRules.withPrompts(
        rows.select(ours.as(ROW), col(Columns.INPUT + ".*")), prompt, messages);
  }
}
