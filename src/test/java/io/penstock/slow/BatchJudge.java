package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.bench.SimulatorProcess;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares what a job of batches has left behind with the simulator's books. */
final class BatchJudge {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BatchJob job;
  private final SimulatorProcess simulator;
  private final List<String> problems = new ArrayList<>();

  /**
   * What came of one round.
   *
   * @param orphaned batches of the provider that nobody waited for, or that were made twice
   * @param paidTwice requests
   * @param lost rows without an answer
   */
  record Verdict(long orphaned, long paidTwice, long lost, List<String> problems) {}

  BatchJudge(BatchJob job, SimulatorProcess simulator) {
    this.job = job;
    this.simulator = simulator;
  }

  /**
   * @param exitCode of the last execution
   */
  Verdict judge(int exitCode) throws IOException {
    if (exitCode != 0) {
      return new Verdict(0, 0, 0, List.of("exit code " + exitCode));
    }
    Results results = job.results();
    JsonNode stats = simulator.stats();
    long lost = lost(results);
    long paidTwice = stats.path("billed_duplicates").asLong();
    require(paidTwice == 0, paidTwice + " requests paid twice");
    long billed = stats.path("billed").asLong();
    require(billed == job.shape().rows(), billed + " requests billed");
    judgeMoney(results);
    List<String> pending = job.pending();
    require(pending.isEmpty(), "left in the ledger: " + pending);
    return new Verdict(orphaned(), paidTwice, lost, List.copyOf(problems));
  }

  private long lost(Results results) {
    int expected = job.shape().rows();
    require(results.count() == expected, results.count() + " rows");
    require(results.unanswered() == 0, results.unanswered() + " rows without an answer");
    return expected - results.count() + results.unanswered();
  }

  /** To the last digit; of all runs, where a kill came after one was published. */
  private void judgeMoney(Results results) throws IOException {
    BigDecimal invoice = new BigDecimal(simulator.invoice().path("total_usd").asText());
    BigDecimal told = BigDecimal.ZERO;
    BigDecimal cost = BigDecimal.ZERO;
    for (JsonNode summary : job.summaries()) {
      cost = cost.add(summary.at("/cost_usd").decimalValue());
      told =
          told.add(summary.at("/cost_usd").decimalValue())
              .add(summary.at("/waste_usd/known").decimalValue())
              .add(summary.at("/unclaimed_usd").decimalValue());
    }
    require(invoice.signum() > 0, "nothing was billed");
    require(invoice.compareTo(told) == 0, "billed " + invoice + ", told " + told);
    BigDecimal ofRows = results.costUsd();
    boolean isOfOneRun = job.summaries().size() == 1;
    require(!isOfOneRun || ofRows.compareTo(cost) == 0, "rows cost " + ofRows + ", told " + cost);
  }

  /** All have ended, and each request was in one. */
  private long orphaned() throws IOException {
    long running = 0;
    long twice = 0;
    Set<String> keys = new HashSet<>();
    long requests = 0;
    for (JsonNode batch : listed().path("data")) {
      running += job.dialect().hasEnded(batch) ? 0 : 1;
      requests += job.dialect().requests(batch);
      String key = batch.at("/metadata/penstock_batch").asText();
      twice += key.isEmpty() || keys.add(key) ? 0 : 1;
    }
    require(running == 0, running + " batches are still running");
    require(twice == 0, twice + " batches were created twice");
    require(requests == job.shape().rows(), requests + " requests in batches");
    return running + twice;
  }

  private JsonNode listed() throws IOException {
    URLConnection list =
        URI.create(simulator.origin() + job.dialect().listPath).toURL().openConnection();
    list.setRequestProperty("anthropic-version", "2023-06-01");
    try (InputStream in = list.getInputStream()) {
      return JSON.readTree(in);
    }
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
