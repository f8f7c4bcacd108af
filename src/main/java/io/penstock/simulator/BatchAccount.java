package io.penstock.simulator;

import io.penstock.simulator.ExchangeHandler.Account;
import io.penstock.simulator.Invoice.Charge;
import io.penstock.simulator.batch.Batch;
import io.penstock.simulator.batch.BatchOptions;
import io.penstock.simulator.batch.BatchPlan;
import io.penstock.simulator.batch.BatchResults;
import io.penstock.simulator.batch.DoneRequest;
import io.penstock.simulator.batch.SpoolFolder;
import io.penstock.simulator.batch.SpooledRequests;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The files and batches of the simulator's one account, in both dialects. Thread-safe. What it
 * holds on disk is deleted when it is reset or closed.
 */
final class BatchAccount implements AutoCloseable {
  private final Account account;
  private final PlayedModels models;
  private final BatchChance chance;
  private final Executor work;
  private final SpoolFolder spool = new SpoolFolder();
  private final Shelf<StoredFile> files = new Shelf<>(Duration.ZERO);
  private final Shelf<OpenAiBatch> openAi;
  private final Shelf<AnthropicBatch> anthropic;
  private final AtomicLong uploads = new AtomicLong();
  private final AtomicLong created = new AtomicLong();

  /**
   * @param work where batches are worked off
   */
  BatchAccount(Account account, Executor work) {
    this.account = account;
    this.work = work;
    Generation generation = new Generation(account.options(), account.catalog());
    models = new PlayedModels(account.catalog(), generation, account.cache(), account.clock());
    chance = new BatchChance(options().faults(), account.options().seed());
    openAi = new Shelf<>(options().delays().hidden());
    anthropic = new Shelf<>(options().delays().hidden());
  }

  BatchOptions options() {
    return account.options().batches();
  }

  ModelCatalog catalog() {
    return account.catalog();
  }

  BatchChance chance() {
    return chance;
  }

  SpoolFolder spool() {
    return spool;
  }

  Instant now() {
    return account.clock().instant();
  }

  Shelf<StoredFile> files() {
    return files;
  }

  Shelf<OpenAiBatch> openAi() {
    return openAi;
  }

  Shelf<AnthropicBatch> anthropic() {
    return anthropic;
  }

  /** From 1. */
  long nextUpload() {
    return uploads.incrementAndGet();
  }

  /** From 1. */
  long nextBatch() {
    return created.incrementAndGet();
  }

  /**
   * Makes a batch, whose work begins.
   *
   * @param number of the batch
   */
  Batch start(
      BatchPlan plan,
      SpooledRequests requests,
      LineAnswers.Format format,
      BatchResults results,
      long number)
      throws IOException {
    LineAnswers answers = new LineAnswers(format, catalog(), models, chance, number);
    Batch.Sources sources = new Batch.Sources(requests, answers, results, spool);
    StatsRecorder recorder = account.recorder().get();
    long seed = SimulatedRequest.mix(account.options().seed()) + number;
    Batch batch = new Batch(plan, account.clock(), sources, one -> book(recorder, one), seed);
    work.execute(batch::work);
    return batch;
  }

  private void book(StatsRecorder recorder, DoneRequest done) {
    if (done.succeeded()) {
      Charge charge = new Charge(done.model(), catalog().batchPrice(done.model()), done.usage());
      recorder.batched(charge, done.identity());
    } else {
      recorder.failedInBatch();
    }
  }

  private List<Batch> batches() {
    List<Batch> all = new ArrayList<>();
    openAi.all().forEach(one -> all.add(one.batch()));
    anthropic.all().forEach(one -> all.add(one.batch()));
    return all;
  }

  /** Bills what is done by now. */
  BatchStats settle() throws IOException {
    Map<String, Long> states = new TreeMap<>();
    for (Batch batch : batches()) {
      states.merge(batch.standing().state().word(), 1L, Long::sum);
    }
    for (OpenAiBatch batch : openAi.all()) {
      batch.settle(files);
    }
    return account.recorder().get().batchStats(states, created.get(), files.all().size());
  }

  void reset() throws IOException {
    for (Batch batch : batches()) {
      batch.close();
    }
    openAi.clear();
    anthropic.clear();
    files.clear();
    uploads.set(0);
    created.set(0);
    spool.close();
  }

  @Override
  public void close() throws IOException {
    reset();
  }
}
