package io.penstock.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.udf;

import io.penstock.batch.BatchLedger;
import io.penstock.batch.PendingBatch;
import io.penstock.domain.Fingerprint;
import io.penstock.lake.Columns;
import io.penstock.pipeline.RungStage.Round;
import io.penstock.pipeline.StoreLookupStage.Lookup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The requests that batches hold which have not ended: neither hits nor misses, of this run and of
 * others on the store.
 */
final class PendingRequests {
  /** Of {@link BatchLedger#requests}. */
  private static final StructType REQUESTS =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("tokens", DataTypes.LongType)
          .add("hash", DataTypes.LongType)
          .add("worst", DataTypes.StringType);

  private static final String KEY = "batch_key";

  private static final UDF1<String, byte[]> TO_FINGERPRINT = id -> Fingerprint.parse(id).toBytes();

  private final SparkSession spark;
  private final BatchLedger ledger;
  private final String runId;
  private final RunConsole console;

  /** Batches of other runs when the turn began: before the store was looked into. */
  private List<PendingBatch> ofOthers = List.of();

  /** Requests of the turn that were found in batches, by the batches' keys. */
  private final Map<String, Long> found = new HashMap<>();

  PendingRequests(SparkSession spark, BatchLedger ledger, String runId, RunConsole console) {
    this.spark = spark;
    this.ledger = ledger;
    this.runId = runId;
    this.console = console;
  }

  /** Before the store is looked into: what others bring in from then on is seen as pending yet. */
  void beginTurn() throws IOException {
    ofOthers = ledger.held().stream().filter(batch -> !isOurs(batch)).toList();
    found.clear();
  }

  private boolean isOurs(PendingBatch batch) {
    return batch.intent().runId().equals(runId);
  }

  /** A round without requests that batches hold: nobody else may ask for them. */
  Round without(Round round) throws IOException {
    return new Round(without(round.lookup()), round.rows(), round.walks());
  }

  private Lookup without(Lookup lookup) throws IOException {
    List<PendingBatch> held = lookup.missCount() == 0 ? List.of() : held();
    if (held.isEmpty()) {
      return lookup;
    }
    Dataset<Row> inBatches = requests(held);
    lookup
        .misses()
        .join(inBatches, Columns.FINGERPRINT)
        .groupBy(KEY)
        .count()
        .collectAsList()
        .forEach(row -> found.put(row.getString(0), row.getLong(1)));
    tellOfOthers();
    Dataset<Row> misses =
        lookup.misses().join(inBatches, new String[] {Columns.FINGERPRINT}, "left_anti");
    return new Lookup(
        misses, misses.count(), lookup.hitCount(), lookup.tornLines(), Optional.empty());
  }

  /** The run's own, sent or not; others' that may be with providers, or could be a moment ago. */
  private List<PendingBatch> held() throws IOException {
    Map<String, PendingBatch> held = new LinkedHashMap<>();
    ofOthers.forEach(batch -> held.put(batch.key(), batch));
    ledger.open().stream().filter(this::isOurs).forEach(batch -> held.put(batch.key(), batch));
    List<PendingBatch> others = ledger.held().stream().filter(batch -> !isOurs(batch)).toList();
    others.forEach(batch -> held.put(batch.key(), batch));
    ofOthers = held.values().stream().filter(batch -> !isOurs(batch)).toList();
    return List.copyOf(held.values());
  }

  private void tellOfOthers() {
    for (PendingBatch batch : ofOthers) {
      Long requests = found.get(batch.key());
      if (requests != null) {
        console.say(
            "%,d requests are in batch %s of job %s, run %s: infer or batches cancel of that job takes it in"
                .formatted(requests, batch.key(), batch.intent().job(), batch.intent().runId()));
      }
    }
  }

  /** How many requests of the turn were found in batches. */
  long found() {
    return found.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Keys of other runs' batches that hold requests of this turn. */
  Set<String> foundWithOthers() {
    return ofOthers.stream()
        .map(PendingBatch::key)
        .filter(found::containsKey)
        .collect(Collectors.toSet());
  }

  /** Fingerprints of what is, or is to be, in batches; empty where nothing is. */
  Optional<Dataset<Row>> fingerprints() throws IOException {
    List<PendingBatch> pending = batches();
    return pending.isEmpty()
        ? Optional.empty()
        : Optional.of(requests(pending).select(Columns.FINGERPRINT).distinct());
  }

  /** How many requests are pending. */
  long count() throws IOException {
    return batches().stream()
        .mapToLong(
            batch ->
                isOurs(batch)
                    ? batch.intent().size().requests()
                    : found.getOrDefault(batch.key(), 0L))
        .sum();
  }

  /** The run's own that have not ended, sent or not, and others' that hold requests of the turn. */
  private List<PendingBatch> batches() throws IOException {
    Stream<PendingBatch> others = ofOthers.stream().filter(batch -> found.containsKey(batch.key()));
    return Stream.concat(ledger.open().stream().filter(this::isOurs), others).toList();
  }

  /** Another job may delete its own at any time: then its answers are in the store. */
  private Dataset<Row> requests(List<PendingBatch> batches) throws IOException {
    List<String> files = new ArrayList<>();
    for (PendingBatch batch : batches) {
      if (ledger.hasRequests(batch)) {
        files.add(ledger.requests(batch).toString());
      }
    }
    return spark
        .read()
        .schema(REQUESTS)
        .option("ignoreMissingFiles", true)
        .csv(files.toArray(String[]::new))
        .select(
            udf(TO_FINGERPRINT, DataTypes.BinaryType).apply(col("id")).as(Columns.FINGERPRINT),
            substring_index(substring_index(input_file_name(), "/", -2), "/", 1).as(KEY));
  }
}
