package io.penstock.pipeline;

import io.penstock.cluster.Counts;
import io.penstock.limit.LimitChange;
import io.penstock.progress.RunState;
import io.penstock.report.RunPlan;
import io.penstock.report.RunSummary;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What matters of a run, for logs that programs read: a line each, whose figures are in the context
 * beside {@code run_id} and {@code stage}. Never prompts, completions or keys.
 */
final class RunEvents {
  /** One name for all, so that a log configuration can treat them alike. */
  static final String LOGGER = "io.penstock.events";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

  private RunEvents() {}

  static void began(String job, boolean isContinued) {
    log("run began", Map.of("job", job, "continued", isContinued));
  }

  static void stageEnded(double seconds) {
    log("stage ended", Map.of("seconds", seconds));
  }

  static void planned(RunPlan plan) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("rows", plan.rows());
    figures.put("distinct", plan.distinct());
    figures.put("cached", plan.cached());
    figures.put("pending", plan.pending());
    figures.put("to_call", plan.toCall());
    figures.put("expected_usd", String.valueOf(plan.estimateUsd().expected()));
    log("planned", figures);
  }

  static void called(RunState state) {
    Counts counts = state.counts();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("answered", counts.answered());
    figures.put("failed", counts.failed());
    figures.put("attempts", counts.attempts().sent());
    figures.put("rate_limited", counts.attempts().rateLimited());
    figures.put("spent_usd", counts.bought().spentUsd().toPlainString());
    log("calls ended", figures);
  }

  /** On a thread that has no context. */
  static void limitChanged(String runId, LimitChange change) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put(StageScope.RUN_ID, runId);
    figures.put("account", change.account());
    figures.put("limit", change.limit());
    figures.put("why", change.why());
    figures.put("in_flight", change.inFlight());
    log("limit changed", figures);
  }

  static void published(RunSummary summary, String results) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("exit_code", summary.exitCode());
    figures.put("rows", summary.rows());
    figures.put("succeeded", summary.succeeded());
    figures.put("failed", summary.failed());
    figures.put("called", summary.called());
    figures.put("pending", summary.pending());
    figures.put("cost_usd", String.valueOf(summary.costUsd()));
    figures.put("stopped", summary.stopped() == null ? "" : kind(summary));
    figures.put("results", results);
    log("published", figures);
  }

  /** Its message may quote what providers say. */
  private static String kind(RunSummary summary) {
    return String.valueOf(summary.stopped()).split(":", 2)[0];
  }

  /** An execution that publishes nothing. */
  static void failed(String why) {
    log("run failed", Map.of("why", why));
  }

  /**
   * @param what was done with so many
   */
  static void batches(String what, int count) {
    log("batches", Map.of("what", what, "count", count));
  }

  private static void log(String event, Map<String, Object> figures) {
    LoggingEventBuilder line = LOG.atInfo();
    for (Map.Entry<String, Object> figure : figures.entrySet()) {
      line = line.addKeyValue(figure.getKey(), figure.getValue());
    }
    line.log(event);
  }
}
