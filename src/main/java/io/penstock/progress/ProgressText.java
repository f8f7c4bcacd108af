package io.penstock.progress;

import io.penstock.cluster.Counts;
import io.penstock.limit.AccountLoad;
import io.penstock.progress.RunState.Money;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An execution's state in words. Without prompts, completions and what providers say of them. */
public final class ProgressText {
  private static final int BAR = 24;

  /** More batches than that are counted only. */
  private static final int MOST_BATCHES = 8;

  private static final int USD_SCALE = 4;

  private ProgressText() {}

  /** Some lines for a terminal, which replace those before. */
  public static List<String> block(RunState state) {
    List<String> lines = new ArrayList<>();
    lines.add(labelled("run", state.name() + ", " + words(state.age()) + ": " + state.stage()));
    if (state.calls() > 0) {
      lines.add(labelled("calls", bar(state) + " " + calls(state)));
    }
    if (state.done() < state.calls()) {
      lines.add(labelled("tokens", tokens(state)));
      state.accounts().forEach(account -> lines.add(labelled("in flight", load(account))));
      lines.add(labelled("retries", retries(state.counts())));
    }
    lines.add(labelled("spent", money(state.money())));
    state.batches().stream()
        .limit(MOST_BATCHES)
        .forEach(batch -> lines.add(labelled("batch", batch)));
    if (state.batches().size() > MOST_BATCHES) {
      lines.add(labelled("", "and %,d batches more", state.batches().size() - MOST_BATCHES));
    }
    return lines;
  }

  /** The same for a log. */
  public static String line(RunState state) {
    List<String> parts = new ArrayList<>();
    if (state.calls() > 0) {
      parts.add(calls(state));
    }
    if (state.done() < state.calls()) {
      parts.add(tokens(state));
      if (!state.accounts().isEmpty()) {
        parts.add(
            String.format(Locale.ROOT, "%d of %d in flight", state.inFlight(), state.limit()));
      }
      parts.add(retries(state.counts()));
    }
    parts.add("spent " + money(state.money()));
    if (!state.batches().isEmpty()) {
      parts.add(String.format(Locale.ROOT, "open batches: %,d", state.batches().size()));
    }
    return "progress: " + state.stage() + ": " + String.join("; ", parts);
  }

  private static String labelled(String label, String format, Object... values) {
    String text = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
    return String.format(Locale.ROOT, "%-10s%s", label, text);
  }

  private static String bar(RunState state) {
    int full = (int) (BAR * Math.min(state.done(), state.calls()) / state.calls());
    return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
  }

  private static String calls(RunState state) {
    Duration left = state.left();
    String pace =
        state.done() < state.calls()
            ? String.format(Locale.ROOT, ", %.1f/s", state.pace().requestsPerSecond())
            : "";
    return String.format(
        Locale.ROOT,
        "%,d of %,d requests done (%d %%), %,d failed%s%s",
        state.done(),
        state.calls(),
        100 * Math.min(state.done(), state.calls()) / state.calls(),
        state.counts().failed(),
        pace,
        left == null ? "" : ", about " + words(left) + " left");
  }

  private static String tokens(RunState state) {
    return String.format(
        Locale.ROOT,
        "%,.0f tokens/min (%,d input, %,d output so far)",
        state.pace().tokensPerMinute(),
        state.counts().bought().inputTokens(),
        state.counts().bought().outputTokens());
  }

  private static String load(AccountLoad account) {
    return String.format(
        Locale.ROOT,
        "%d of %d, %s%s",
        account.inFlight(),
        account.limit(),
        account.account(),
        account.paused() ? ", paused: it refuses everything" : "");
  }

  private static String retries(Counts counts) {
    String last = counts.lastFailure();
    return String.format(
        Locale.ROOT,
        "%,d attempts failed, %,d with 429%s",
        counts.attempts().failed(),
        counts.attempts().rateLimited(),
        last == null ? "" : ", the last with " + last);
  }

  private static String money(Money money) {
    return usd(money.spent())
        + " USD now"
        + optional(", about %s expected", money.expected())
        + optional("; budget of the run %s", money.budget());
  }

  private static String optional(String format, @Nullable BigDecimal amount) {
    return amount == null ? "" : String.format(Locale.ROOT, format, usd(amount));
  }

  /** To four places; less than that to two digits. */
  private static String usd(BigDecimal amount) {
    BigDecimal rounded = amount.setScale(USD_SCALE, RoundingMode.HALF_EVEN);
    if (rounded.signum() == 0 && amount.signum() != 0) {
      rounded = amount.round(new MathContext(2));
    }
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  private static String words(Duration time) {
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %d min", time.toHours(), time.toMinutesPart())
        : time.toMinutes() > 0
            ? String.format(Locale.ROOT, "%d min %d s", time.toMinutes(), time.toSecondsPart())
            : time.toSeconds() + " s";
  }
}
