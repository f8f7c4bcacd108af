package io.penstock.pipeline;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.penstock.domain.DeliveryMode;
import io.penstock.domain.FailureKind;
import io.penstock.lake.Columns;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import io.penstock.store.CompletionStore;
import io.penstock.store.StoreColumns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Walks each row up its ladder as far as the store's answers carry, and finds what is to be called
 * next: in rounds, until nothing is missing. Of a flat ladder there is one round, which is what
 * {@link StoreLookupStage} found; it costs nothing then.
 */
final class RungStage {
  private static final String LINK = LoadStage.RESERVED_PREFIX + "link";

  private final Ladder ladder;
  private final LinkWalker walker;
  private final AnswerChecks checks;
  private final Serving serving;
  private final String path;

  /**
   * What a run takes from the store.
   *
   * @param retryPermanent whether what failed for good before the run is called again
   */
  record Serving(CompletionStore store, String runId, boolean retryPermanent) {}

  /**
   * @param path a folder of this execution's own
   */
  RungStage(Ladder ladder, LinkWalker walker, AnswerChecks checks, Serving serving, String path) {
    this.ladder = ladder;
    this.walker = walker;
    this.checks = checks;
    this.serving = serving;
    this.path = path;
  }

  /**
   * @param lookup the requests to call
   * @param walks of this round and those before: row_id and {@link LinkWalker#WALK}; the last one's
   *     in full, of the others the rows that had come to an end
   */
  record Round(Lookup lookup, Dataset<Row> rows, List<Dataset<Row>> walks) {
    boolean isMissingAny() {
      return lookup.missCount() > 0;
    }

    /** One for each row with a prompt; none on a flat ladder. */
    Optional<Dataset<Row>> allWalks() {
      return walks.stream().reduce(Dataset::union);
    }
  }

  /**
   * @param rows of {@link LinkStage}
   * @param lookup of their first requests
   */
  Round begin(Dataset<Row> rows, Lookup lookup) throws IOException {
    if (ladder.isFlat()) {
      return new Round(lookup, rows, List.of());
    }
    Dataset<Row> fresh = rows.withColumn("called", lit(null).cast("array<int>"));
    return round(fresh, new Round(lookup, rows, List.of()));
  }

  /** After the requests of the round were called. */
  Round after(Round before) throws IOException {
    if (ladder.isFlat()) {
      Lookup none = new Lookup(before.lookup().misses().limit(0), 0, 0, 0, Optional.empty());
      return new Round(none, before.rows(), List.of());
    }
    Dataset<Row> last = before.walks().get(before.walks().size() - 1);
    List<Dataset<Row>> ended =
        new ArrayList<>(before.walks().subList(0, before.walks().size() - 1));
    ended.add(last.where(col("missing").isNull()));
    Dataset<Row> active =
        before
            .rows()
            .join(
                last.where(col("missing").isNotNull()).select(Columns.ROW_ID, "called"),
                new String[] {Columns.ROW_ID});
    return round(active, new Round(before.lookup(), before.rows(), ended));
  }

  private Round round(Dataset<Row> active, Round before) throws IOException {
    String file = path + "/round=" + before.walks().size();
    Dataset<Row> walked = walked(active);
    walked.write().parquet(file);
    Dataset<Row> walks = active.sparkSession().read().schema(walked.schema()).parquet(file);
    Dataset<Row> misses =
        walks
            .where(col("missing").isNotNull())
            .groupBy(col("missing." + Columns.FINGERPRINT).as(Columns.FINGERPRINT))
            .agg(min(struct(col(Columns.ROW_ID), col("missing." + Columns.MODEL_NAME))).as("by"))
            .select(Columns.FINGERPRINT, "by.*");
    List<Dataset<Row>> all = new ArrayList<>(before.walks());
    all.add(walks);
    Lookup was = before.lookup();
    Lookup lookup =
        new Lookup(misses, misses.count(), was.hitCount(), was.tornLines(), Optional.empty());
    return new Round(lookup, before.rows(), all);
  }

  private Dataset<Row> walked(Dataset<Row> active) throws IOException {
    Dataset<Row> links = links(active);
    Dataset<Row> seen = links.join(entries(links), new String[] {Columns.FINGERPRINT}, "left");
    return judged(seen)
        .groupBy(Columns.ROW_ID)
        .agg(first("first").as("first"), collect_list("seen").as("seen"))
        .select(
            col(Columns.ROW_ID),
            udf(walker.walk(), LinkWalker.WALK)
                .apply(struct(col("first.*"), col("seen")))
                .as("walk"))
        .select(col(Columns.ROW_ID), col("walk.*"));
  }

  /** What the walk sees of each link. SQL sees columns by name, so ours stand aside for it. */
  private Dataset<Row> judged(Dataset<Row> seen) {
    Column isAnswered =
        col(StoreColumns.ENTRY_ID).isNotNull().and(col(Columns.ERROR_KIND).isNull());
    Column ours =
        struct(
            col(Columns.ROW_ID),
            col("first"),
            col("link"),
            isAnswered.as("answered"),
            col(Columns.ERROR_KIND).as("kind"));
    List<Column> columns = new ArrayList<>(List.of(ours.as(LINK)));
    columns.addAll(checks.visible());
    Column good = col(LINK + ".answered").and(checks.isGood());
    return seen.select(columns.toArray(Column[]::new))
        .select(
            col(LINK + "." + Columns.ROW_ID).as(Columns.ROW_ID),
            col(LINK + ".first").as("first"),
            struct(
                    col(LINK + ".link"),
                    col(LINK + ".answered"),
                    col(LINK + ".kind"),
                    good.as("good"))
                .as("seen"));
  }

  /**
   * A row for each request that a row can come to: link, and of the row what a walk begins with.
   */
  private Dataset<Row> links(Dataset<Row> active) {
    Column begin =
        struct(
            col(Columns.MODEL_NAME),
            col(Columns.ERROR_KIND),
            col(Columns.FINGERPRINT),
            col("called"));
    Column request =
        struct(col(Columns.MODEL_NAME), col(Columns.MESSAGES), col(Columns.REQUEST_INDEX));
    List<Column> columns =
        new ArrayList<>(
            List.of(
                col(Columns.ROW_ID),
                begin.as("first"),
                explode(udf(walker.links(), LinkWalker.LINKS).apply(request)).as("link")));
    if (checks.needInput()) {
      columns.add(col(Columns.INPUT));
    }
    return active
        .where(col(Columns.MESSAGES).isNotNull())
        .select(columns.toArray(Column[]::new))
        .withColumn(Columns.FINGERPRINT, col("link." + Columns.FINGERPRINT));
  }

  private Dataset<Row> entries(Dataset<Row> links) throws IOException {
    List<Column> columns =
        new ArrayList<>(
            List.of(col(Columns.FINGERPRINT), col(StoreColumns.ENTRY_ID), col(Columns.ERROR_KIND)));
    AnswerChecks.ANSWER.forEach(name -> columns.add(col(name)));
    Dataset<Row> entries =
        serving.store().serving(links.select(Columns.FINGERPRINT).distinct(), serving.runId());
    Column isCalledAgain =
        coalesce(col(Columns.ERROR_KIND), lit(""))
            .isin(permanentKinds())
            .and(not(col(StoreColumns.RUN_ID).equalTo(serving.runId())));
    Column isAskedAgain = // what passes in a batch is asked again first
        coalesce(col(Columns.DELIVERY).equalTo(DeliveryMode.BATCH.word()), lit(false))
            .and(coalesce(col(Columns.ERROR_KIND), lit("")).isin(transientKinds()));
    return (serving.retryPermanent() ? entries.where(not(isCalledAgain)) : entries)
        .where(not(isAskedAgain))
        .select(columns.toArray(Column[]::new));
  }

  private static Object[] permanentKinds() {
    return names(FailureKind::isPermanent);
  }

  private static Object[] transientKinds() {
    return names(FailureKind::isTransient);
  }

  private static Object[] names(Predicate<FailureKind> kinds) {
    return Arrays.stream(FailureKind.values()).filter(kinds).map(FailureKind::name).toArray();
  }

  /**
   * @param cascadeTo the cascade's second model; null: there is no cascade
   */
  RungLedger ledger(@Nullable String cascadeTo) {
    return new RungLedger(serving.store(), serving.runId(), cascadeTo, path);
  }

  /**
   * The rows with the request at which they stand in the place of their first.
   *
   * @param round the last one
   */
  Dataset<Row> standing(Round round) {
    if (round.allWalks().isEmpty()) {
      return round.rows();
    }
    Dataset<Row> stands =
        round.allWalks().get().where(col("moved")).select(col(Columns.ROW_ID), col("stand"));
    Dataset<Row> rows =
        round.rows().drop(Columns.MESSAGES).join(stands, new String[] {Columns.ROW_ID}, "left");
    Column moved = col("stand").isNotNull();
    for (String name : List.of(Columns.MODEL_NAME, Columns.FINGERPRINT)) {
      rows = rows.withColumn(name, when(moved, col("stand." + name)).otherwise(col(name)));
    }
    for (String name : List.of(Columns.ERROR_KIND, Columns.ERROR_MESSAGE)) {
      rows =
          rows.withColumn(
              name, when(moved, lit(null).cast(DataTypes.StringType)).otherwise(col(name)));
    }
    return rows.drop("stand");
  }
}
