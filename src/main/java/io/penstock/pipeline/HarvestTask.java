package io.penstock.pipeline;

import io.penstock.batch.BatchLedger;
import io.penstock.batch.Carrier.Harvest;
import io.penstock.batch.Carrier.Ripe;
import io.penstock.batch.Carrier.Trouble;
import io.penstock.batch.PendingBatch;
import io.penstock.cluster.Counts.Bought;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest.Measure;
import io.penstock.domain.Usd;
import io.penstock.pipeline.RuntimeSettings.Model;
import io.penstock.pipeline.RuntimeSettings.RunPlace;
import io.penstock.provider.BatchLine;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.store.Journal;
import io.penstock.store.StoreEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Streams the results of a batch into the store. Its entries are the same whenever and however
 * often it is read. Holds the fingerprints of one batch, about 125 bytes each, and no answers but
 * those that wait for the journal.
 */
final class HarvestTask implements Function<Ripe, HarvestTask.Harvested> {
  /** Entries that may wait for the journal. */
  private static final int MOST_WAITING = 1_000;

  private final RuntimeSettings settings;

  /**
   * @param bought by what was read
   */
  record Harvested(Harvest harvest, Bought bought) implements Serializable {}

  HarvestTask(RuntimeSettings settings) {
    this.settings = settings;
  }

  @Override
  public Harvested call(Ripe ripe) throws IOException, InterruptedException {
    PendingBatch batch = ripe.batch();
    RunPlace place = settings.place();
    Configuration hadoop = place.hadoop().value();
    Model model = BatchPlug.model(settings, batch.intent().target()).orElseThrow();
    Journal journal =
        new Journal(
            place.storePath(),
            batch.intent().runId(),
            SparkEnv.get().executorId(),
            new Journal.Durability(place.sync(), MOST_WAITING),
            hadoop);
    Taking taking =
        new Taking(
            requests(batch, hadoop), new BatchRecorder(model, batch, ripe.seen(), place), journal);
    try {
      taking.refuse(ripe.seen());
      BatchPlug.connected(settings, model).results(ripe.seen(), taking::take);
    } catch (ProviderException e) {
      taking.trouble = Trouble.of(e);
    } finally {
      journal.close(); // fails where an entry could not be kept
    }
    return new Harvested(taking.report(batch.key()), taking.bought);
  }

  /** In the order of the batch's lines. */
  private List<Request> requests(PendingBatch batch, Configuration hadoop) throws IOException {
    BatchLedger ledger = new BatchLedger(settings.place().storePath(), hadoop);
    List<Request> requests = new ArrayList<>();
    try (BufferedReader lines = ledger.open(batch)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",", -1);
        requests.add(
            new Request(
                Fingerprint.parse(fields[0]),
                new Measure(Long.parseLong(fields[1]), Long.parseLong(fields[2])),
                Usd.of(fields[3])));
      }
    }
    return requests;
  }

  /**
   * What is kept of a request while its batch is read.
   *
   * @param worst what it can have cost at the most
   */
  record Request(Fingerprint fingerprint, Measure measure, Usd worst) {}

  /** Takes each request's first line. */
  private static final class Taking {
    private final List<Request> order;
    private final Map<Fingerprint, Request> expected;
    private final BatchRecorder recorder;
    private final Journal journal;
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private long answered;
    private long failed;
    private Bought bought = Bought.NOTHING;
    private @Nullable Trouble trouble;
    private @Nullable Trouble stop;

    Taking(List<Request> order, BatchRecorder recorder, Journal journal) {
      this.order = order;
      this.recorder = recorder;
      this.journal = journal;
      this.expected = new HashMap<>(order.size() * 4 / 3 + 1);
      order.forEach(request -> expected.put(request.fingerprint(), request));
    }

    /** Lines for which the provider did not take the batch. */
    void refuse(ProviderBatch seen) throws IOException {
      for (ProviderBatch.Problem problem : seen.problems()) {
        Integer line = problem.line();
        if (line != null && line >= 1 && line <= order.size()) {
          String id = order.get(line - 1).fingerprint().toString();
          take(BatchLine.failed(id, BatchRecorder.refusal(problem)));
        }
      }
    }

    void take(BatchLine line) throws IOException {
      Optional<Fingerprint> asked = Fingerprint.find(line.customId());
      Request request = asked.map(expected::remove).orElse(null);
      if (request == null) {
        return;
      }
      ProviderException failure = line.failure();
      if (failure != null && failure.kind().stopsRun()) {
        stop = Trouble.of(failure);
        return;
      }
      StoreEntry entry = recorder.entry(request, line);
      FailureKind kind = entry.failure() == null ? null : entry.failure().kind();
      if (kind == null) {
        answered++;
      } else if (kind.isPermanent()) {
        failed++;
      }
      bought = bought.plus(Purchases.of(entry));
      room.acquireUninterruptibly();
      journal.append(entry).whenComplete((kept, error) -> room.release());
    }

    Harvest report(String key) {
      return new Harvest(key, answered, failed, trouble, stop);
    }
  }
}
