package io.penstock.progress;

import io.penstock.cluster.Counts;
import io.penstock.cluster.Counts.Bought;
import io.penstock.limit.AccountLoad;
import io.penstock.progress.RunState.Money;
import io.penstock.progress.RunState.Pace;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What stages and executors tell of an execution. Thread-safe. */
public final class RunProgress {
  /** The pace is that of so long a time. */
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final Sources sources;
  private final LongSupplier nanoClock;
  private final Deque<Mark> window = new ArrayDeque<>();
  private String name;
  private long startedNanos;
  private Counts before;
  private String stage = "";
  private long calls;
  private @Nullable BigDecimal expected;
  private @Nullable BigDecimal budget;
  private Bought inBatches = Bought.NOTHING;
  private List<String> batches = List.of();

  /**
   * What the executors tell.
   *
   * @param counts of all of them, of whatever they did in this session
   * @param accounts of the calls under way
   */
  public record Sources(Supplier<Counts> counts, Supplier<List<AccountLoad>> accounts) {
    /** Of a session in which nobody tells. */
    public static final Sources SILENT = new Sources(() -> Counts.NONE, List::of);

    boolean areSilent() {
      return this == SILENT;
    }
  }

  private record Mark(long nanos, long done, long tokens) {}

  /**
   * @param name of the job
   */
  public RunProgress(String name, Sources sources, LongSupplier nanoClock) {
    this.name = name;
    this.sources = sources;
    this.nanoClock = nanoClock;
    this.startedNanos = nanoClock.getAsLong();
    this.before = sources.counts().get();
  }

  /**
   * What was told before is of another execution.
   *
   * @param execution of the job and its run
   */
  public synchronized void begin(String execution) {
    name = execution;
    startedNanos = nanoClock.getAsLong();
    before = sources.counts().get();
    window.clear();
    calls = 0;
    expected = null;
    budget = null;
    inBatches = Bought.NOTHING;
    batches = List.of();
  }

  /**
   * @param words what is being done now
   */
  public synchronized void stage(String words) {
    stage = words;
  }

  /**
   * @param ofExecution what it is expected to spend; null: not known
   * @param ofRun its budget; null: there is none
   */
  public synchronized void money(@Nullable BigDecimal ofExecution, @Nullable BigDecimal ofRun) {
    expected = ofExecution;
    budget = ofRun;
  }

  /** That many requests more are to be called. */
  public synchronized void calls(long requests) {
    calls += requests;
  }

  /** The batches that have not ended, a line for each. */
  public synchronized void batches(List<String> lines) {
    batches = List.copyOf(lines);
  }

  /** Brought in by a batch. */
  public synchronized void harvested(Bought bought) {
    inBatches = inBatches.plus(bought);
  }

  /** Whether anybody tells what executors do. */
  public boolean isTold() {
    return !sources.areSilent();
  }

  /** As it is now; the pace needs it to be asked every second or so. */
  public synchronized RunState state() {
    long now = nanoClock.getAsLong();
    Counts counts = sources.counts().get().since(before);
    BigDecimal spent = counts.bought().spentUsd().add(inBatches.spentUsd());
    return new RunState(
        name,
        Duration.ofNanos(now - startedNanos),
        stage,
        sources.areSilent() ? 0 : calls,
        counts,
        pace(counts, now),
        sources.accounts().get(),
        new Money(spent, expected, budget),
        batches);
  }

  private Pace pace(Counts counts, long now) {
    long tokens = counts.bought().inputTokens() + counts.bought().outputTokens();
    Mark latest = new Mark(now, counts.answered() + counts.failed(), tokens);
    if (counts.attempts().sent() == 0) {
      window.clear();
    }
    while (window.size() > 1 && now - window.getFirst().nanos() > WINDOW.toNanos()) {
      window.removeFirst();
    }
    window.addLast(latest);
    Mark first = window.getFirst();
    double seconds = (now - first.nanos()) / 1e9;
    return seconds <= 0
        ? Pace.NONE
        : new Pace(
            (latest.done() - first.done()) / seconds,
            (latest.tokens() - first.tokens()) / seconds * 60);
  }
}
