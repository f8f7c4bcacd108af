package io.penstock.report;

import io.penstock.pricing.CostEstimate;
import io.penstock.report.RunPlan.Calls;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A plan as lines for people. */
public final class ConsolePlan {
  private static final String CALLS_FORMAT = "  %-20s %5s %-8s %10s %13s %13s   %s";

  private ConsolePlan() {}

  /** The lines below a heading. */
  public static List<String> lines(RunPlan plan) {
    List<String> lines = new ArrayList<>();
    addRows(plan, lines);
    if (plan.toCall() > 0) {
      addCalls(plan, lines);
    }
    addMoney(plan, lines);
    lines.add(line("time", "%s", time(plan.time())));
    plan.warnings().forEach(warning -> lines.add("warning: " + warning));
    return lines;
  }

  private static void addRows(RunPlan plan, List<String> lines) {
    lines.add(line("rows", "%,d, %,d without a prompt", plan.rows(), plan.invalid()));
    plan.invalidByReason().forEach((why, rows) -> lines.add(line("", "%,d: %s", rows, why)));
    lines.add(
        line("requests", "%,d distinct, %,d duplicate rows", plan.distinct(), plan.duplicates()));
    lines.add(
        line(
            "",
            "%,d in the store, %s%,d to call%s",
            plan.cached(),
            plan.pending() == 0 ? "" : number(plan.pending()) + " pending in batches, ",
            plan.toCall(),
            reasons(plan.toCallByReason())));
  }

  private static String reasons(SortedMap<String, Long> byReason) {
    String told =
        byReason.entrySet().stream()
            .filter(reason -> reason.getValue() > 0)
            .map(ConsolePlan::reason)
            .collect(Collectors.joining(", "));
    return told.isEmpty() ? "" : ": " + told;
  }

  private static String reason(Map.Entry<String, Long> reason) {
    return String.format(
        Locale.ROOT, "%,d %s", reason.getValue(), reason.getKey().replace('_', ' '));
  }

  private static void addCalls(RunPlan plan, List<String> lines) {
    lines.add(
        row("model", "route", "delivery", "requests", "input tokens", "output tokens", "USD"));
    plan.calls().forEach(calls -> lines.add(row(calls)));
  }

  private static String row(Calls calls) {
    return row(
        calls.model(),
        calls.route() == null ? "-" : calls.route().toString(),
        calls.delivery(),
        number(calls.requests()),
        (calls.inputTokensExact() ? "" : "~") + number(calls.inputTokens()),
        calls.outputTokens() == null
            ? "<= " + number(calls.maxOutputTokens())
            : "~" + number(calls.outputTokens()),
        range(calls.costUsd()));
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, CALLS_FORMAT, cells).stripTrailing();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static void addMoney(RunPlan plan, List<String> lines) {
    CostEstimate estimate = plan.estimateUsd();
    if (estimate.low() == null) {
      lines.add(line("estimate", "unknown (no price)"));
    } else if (estimate.expected() == null) {
      lines.add(
          line(
              "estimate",
              "up to %s USD; run infer --limit 50 for an estimate",
              plain(estimate.high())));
    } else {
      lines.add(
          line(
              "estimate",
              "%s USD, between %s and %s",
              plain(estimate.expected()),
              plain(estimate.low()),
              plain(estimate.high())));
    }
    addSaved(plan.savedUsd(), lines);
  }

  private static void addSaved(RunPlan.Saved saved, List<String> lines) {
    List<String> told = new ArrayList<>();
    tell(saved.cache(), "the store", told);
    tell(saved.duplicates(), "deduplication", told);
    tell(saved.routing(), "routing", told);
    tell(saved.batch(), "batches", told);
    if (!told.isEmpty()) {
      lines.add(line("saves", "%s", String.join(", ", told)));
    }
  }

  private static void tell(@Nullable BigDecimal amount, String by, List<String> told) {
    if (amount != null && amount.signum() != 0) {
      told.add("about " + plain(amount) + " USD by " + by);
    }
  }

  private static String range(CostEstimate cost) {
    if (cost.low() == null) {
      return "no price";
    }
    String bounds = plain(cost.low()) + " - " + plain(cost.high());
    return cost.expected() == null ? bounds : plain(cost.expected()) + " (" + bounds + ")";
  }

  private static String plain(@Nullable BigDecimal amount) {
    return amount == null ? "unknown" : amount.toPlainString();
  }

  private static String time(RunPlan.Time time) {
    if (time.batchHours() == null) {
      return realtime(time);
    }
    String batches = "batches take up to %d h".formatted(time.batchHours());
    boolean isAll = time.seconds() != null && time.seconds() == 0;
    return isAll ? batches : realtime(time) + "; " + batches;
  }

  private static String realtime(RunPlan.Time time) {
    return time.seconds() == null
        ? "not known: " + time.assumes()
        : "about %s, bound by %s (%s)"
            .formatted(duration(time.seconds()), time.boundBy(), time.assumes());
  }

  private static String duration(double seconds) {
    Duration time = Duration.ofSeconds(Math.max(1, Math.round(seconds)));
    if (time.toHours() > 0) {
      return time.toHours() + " h " + time.toMinutesPart() + " min";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
        : time.toSeconds() + " s";
  }

  private static String line(String label, String format, Object... values) {
    return String.format(Locale.ROOT, "  %-9s ", label)
        + String.format(Locale.ROOT, format, values);
  }
}
