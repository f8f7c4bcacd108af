package io.penstock.batch;

import io.penstock.batch.BatchLedger.Ended;
import io.penstock.batch.Carrier.Harvest;
import io.penstock.batch.Carrier.Ripe;
import io.penstock.batch.Carrier.Trouble;
import io.penstock.domain.FailureKind;
import io.penstock.provider.BatchLimits;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.State;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches, watches them and brings in what they answer. Nothing runs between its calls: a
 * process may end after any of them, or within, and another goes on by the ledger. Confined to one
 * thread.
 */
public final class BatchDelivery {
  /**
   * After its creation a batch that its provider does not know, or whose results cannot be read, is
   * given up: a day for its window, a day for its results.
   */
  private static final Duration GIVE_UP = Duration.ofHours(48);

  /** Between two looks for a batch that may exist. */
  private static final Duration DOUBT_INTERVAL = Duration.ofSeconds(15);

  private final Desk desk;
  private final Submission submission;
  private final Adoption adoption;
  private final BatchNews news;
  private final Map<String, Watched> open = new LinkedHashMap<>();

  /** Batches that are to be ended, by key, also those that turn out to exist later. */
  private final Set<String> unwanted = new HashSet<>();

  public BatchDelivery(Desk desk) {
    this.desk = desk;
    this.submission = new Submission(desk, this::watch);
    this.adoption = new Adoption(desk);
    this.news = new BatchNews(desk.time().clock());
  }

  /**
   * Takes up what earlier executions of the job left, and brings in what has ended. What was cut
   * and never sent is sent, or forgotten and cut anew.
   *
   * @param keepsUnsent whether cuts of this run still hold
   * @throws BatchStoppedException when a provider refuses the account
   */
  public void resume(boolean keepsUnsent) throws IOException, InterruptedException {
    for (PendingBatch batch : desk.ledger().open()) {
      if (!desk.rules().areOf(batch)) {
        continue;
      }
      if (!batch.mayExist()) {
        takeUpUnsent(batch, keepsUnsent);
      } else if (desk.knows(batch)) {
        watch(batch);
        open.get(batch.key()).pace.now(now());
      } else {
        desk.console()
            .accept(
                "warning: batch %s waits with %s, which is no model of the job any more"
                    .formatted(batch.key(), batch.intent().accountModel()));
      }
    }
    turn();
  }

  private void takeUpUnsent(PendingBatch batch, boolean keeps) throws IOException {
    OptionalLong most = mostTokens(batch.intent().accountModel());
    boolean fits = most.isEmpty() || batch.intent().inputTokens() <= most.getAsLong();
    if (keeps && fits && desk.rules().areOfRun(batch) && desk.knows(batch)) {
      submission.add(batch);
    } else {
      submission.drop(batch);
    }
  }

  /**
   * Sends as many as there is room for, the others later.
   *
   * @param cut by {@link BatchLedger#intend}
   */
  public void submit(List<PendingBatch> cut) throws IOException, InterruptedException {
    cut.forEach(submission::add);
    turn();
  }

  /**
   * @param cancelAt when batches are cancelled so that what they leave can be called in time; null:
   *     never
   * @param endAt when they are not waited for any more; null: never
   */
  public record Deadline(@Nullable Instant cancelAt, @Nullable Instant endAt) {
    public static final Deadline NONE = new Deadline(null, null);

    public boolean isNear(Instant now) {
      return cancelAt != null && !now.isBefore(cancelAt);
    }

    public boolean isOver(Instant now) {
      return endAt != null && !now.isBefore(endAt);
    }
  }

  /**
   * Waits until all batches of the run have ended and are in the store.
   *
   * @param others keys of further batches to wait for; those of other jobs are taken in by these
   * @return false when the time is up, or the execution is to end
   */
  public boolean await(Deadline deadline, Set<String> others)
      throws IOException, InterruptedException {
    while (!isIdle() || isAnyOpen(others)) {
      if (deadline.isNear(now())) {
        cancelRun();
      }
      if (deadline.isOver(now()) || !desk.time().waiter().await(untilNext(deadline))) {
        return false;
      }
      turn();
    }
    return true;
  }

  private boolean isAnyOpen(Set<String> others) throws IOException {
    return !others.isEmpty()
        && desk.ledger().open().stream().anyMatch(batch -> others.contains(batch.key()));
  }

  /** Asks for the end of the run's batches, and sends no further ones. */
  public void cancelRun() throws IOException {
    cancelWhere(desk.rules()::areOfRun);
  }

  /** The same of all of the job's batches. */
  public void cancelAll() throws IOException {
    cancelWhere(batch -> true);
  }

  private void cancelWhere(Predicate<PendingBatch> which) throws IOException {
    submission.dropAll();
    for (Watched each : open.values()) {
      if (which.test(each.batch)) {
        unwanted.add(each.batch.key());
        if (each.batch.batchId() != null && !each.cancelled) {
          cancel(each);
        }
      }
    }
  }

  private void cancel(Watched each) {
    try {
      each.seen = desk.provider(each.batch).cancel(String.valueOf(each.batch.batchId()));
      each.cancelled = true;
      each.pace.askSoon(now());
      desk.console().accept("batch " + each.batch.key() + " is being cancelled");
    } catch (ProviderException e) {
      BatchStoppedException.throwIfOfAccount(e);
      desk.console()
          .accept("batch %s is not cancelled yet: %s".formatted(each.batch.key(), e.getMessage()));
    }
  }

  /** Whether none of the run's batches is open, sent or not. */
  boolean isIdle() {
    return submission.isEmpty()
        && open.values().stream().noneMatch(each -> desk.rules().areOfRun(each.batch));
  }

  /** Keys of all of the job's batches that are watched. */
  public Set<String> keys() {
    return Set.copyOf(open.keySet());
  }

  /** A line for each of the job's batches that have not ended, as they are now; changes nothing. */
  public List<String> look() throws IOException {
    List<String> lines = new ArrayList<>();
    for (PendingBatch batch : desk.ledger().open()) {
      if (desk.rules().areOf(batch)) {
        lines.add(look(batch));
      }
    }
    return lines;
  }

  /** A line for each batch that is watched, as it was seen last, and for those not sent yet. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(open.values().stream().map(news::line).toList());
    if (submission.waiting() > 0) {
      lines.add(
          "%,d batches wait for room in the provider's queue".formatted(submission.waiting()));
    }
    return lines;
  }

  private String look(PendingBatch batch) {
    Watched each = new Watched(batch, new PollPace(Duration.ZERO, desk.time().random(), now()));
    String id = batch.batchId();
    try {
      each.seen = id == null || !desk.knows(batch) ? null : desk.provider(batch).retrieve(id);
    } catch (ProviderException e) {
      BatchStoppedException.throwIfOfAccount(e);
      return news.line(each) + " (" + e.getMessage() + ")";
    }
    return news.line(each);
  }

  /** What has become of the run's batches. */
  public List<Ended> ended() throws IOException {
    return desk.ledger().ended(desk.rules().runId());
  }

  private void watch(PendingBatch batch) {
    Duration interval = desk.rules().pollInterval();
    Duration first =
        batch.isInDoubt() && interval.compareTo(DOUBT_INTERVAL) > 0 ? DOUBT_INTERVAL : interval;
    open.put(
        batch.key(),
        new Watched(batch, new PollPace(first, desk.time().random(), now().plus(first))));
  }

  private Duration untilNext(Deadline deadline) {
    Instant now = now();
    Instant next =
        Stream.of(
                open.values().stream().map(each -> each.pace.due()),
                submission.due().stream(),
                Stream.ofNullable(deadline.isNear(now) ? null : deadline.cancelAt()),
                Stream.ofNullable(deadline.endAt()))
            .flatMap(times -> times)
            .min(Instant::compareTo)
            .orElse(now.plus(desk.rules().pollInterval()));
    return next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
  }

  private Instant now() {
    return desk.time().clock().instant();
  }

  private void turn() throws IOException, InterruptedException {
    for (Watched each : List.copyOf(open.values())) {
      if (each.batch.isInDoubt() && each.pace.isDue(now())) {
        adopt(each);
      }
    }
    List<Ripe> ripe = new ArrayList<>();
    for (Watched each : List.copyOf(open.values())) {
      if (!each.batch.isInDoubt() && each.pace.isDue(now()) && hasEnded(each)) {
        ripe.add(new Ripe(each.batch, Objects.requireNonNull(each.seen)));
      }
    }
    harvest(ripe);
    submission.send(openBatches());
  }

  private Collection<PendingBatch> openBatches() {
    return open.values().stream().map(each -> each.batch).toList();
  }

  private void adopt(Watched doubtful) throws IOException {
    Optional<Adoption.Verdict> verdict = adoption.look(doubtful);
    doubtful.pace.asked(now(), /* hasChanged= */ true);
    if (verdict.isEmpty()) {
      return;
    }
    PendingBatch batch = doubtful.batch;
    String id = verdict.get().id();
    if (id != null) {
      desk.console().accept("batch %s was created as %s".formatted(batch.key(), id));
      watch(desk.ledger().written(batch.created(id)));
      open.get(batch.key()).pace.now(now());
      if (unwanted.contains(batch.key())) {
        cancel(open.get(batch.key()));
      }
      return;
    }
    open.remove(batch.key());
    PendingBatch back = desk.ledger().written(batch.notCreated());
    desk.console().accept("batch %s was not created".formatted(batch.key()));
    if (desk.rules().areOfRun(batch) && !unwanted.contains(batch.key())) {
      submission.add(back);
    } else {
      submission.drop(back);
    }
  }

  private boolean hasEnded(Watched each) throws IOException {
    try {
      ProviderBatch seen = desk.provider(each.batch).retrieve(String.valueOf(each.batch.batchId()));
      boolean hasChanged = !seen.equals(each.seen);
      each.seen = seen;
      each.pace.asked(now(), hasChanged);
      if (hasChanged) {
        desk.console().accept(news.line(each));
      }
      return seen.state().hasEnded();
    } catch (ProviderException e) {
      each.pace.asked(now(), /* hasChanged= */ false);
      unseen(each, e);
      return false;
    }
  }

  /**
   * One just created may be unknown for a while; of one that is unknown later another account may
   * know, so it is not given up before it cannot be there any more.
   */
  private void unseen(Watched each, ProviderException failure) throws IOException {
    BatchStoppedException.throwIfOfAccount(failure);
    PendingBatch batch = each.batch;
    if (failure.kind() == FailureKind.NOT_FOUND && isGivenUp(batch)) {
      desk.console()
          .accept(
              "warning: the provider does not know batch %s any more: what it answered is lost"
                  .formatted(batch.key()));
      end(batch, new BatchEnd("unknown to the provider", 0, 0, requests(batch), false));
    } else if (!now().isBefore(batch.creatingAt().plus(desk.rules().adoptFor()))) {
      desk.console()
          .accept(
              "batch %s cannot be seen (%s): with another key it may be"
                  .formatted(batch.key(), failure.kind()));
    }
  }

  private boolean isGivenUp(PendingBatch batch) {
    return !now().isBefore(batch.creatingAt().plus(GIVE_UP));
  }

  private static int requests(PendingBatch batch) {
    return batch.intent().size().requests();
  }

  private void harvest(List<Ripe> ripe) throws IOException, InterruptedException {
    List<Ripe> full = ripe.stream().filter(one -> one.seen().isQueueFull()).toList();
    for (Ripe one : full) {
      queueAgain(one);
    }
    List<Ripe> others = ripe.stream().filter(one -> !one.seen().isQueueFull()).toList();
    for (Harvest one : others.isEmpty() ? List.<Harvest>of() : desk.carrier().harvest(others)) {
      Ripe batch = others.stream().filter(r -> r.batch().key().equals(one.key())).findFirst().get();
      taken(batch, one);
    }
  }

  private void taken(Ripe ripe, Harvest harvest) throws IOException {
    PendingBatch batch = ripe.batch();
    if (harvest.trouble() != null && !isGivenUp(batch)) {
      if (harvest.trouble().kind() != FailureKind.NOT_FOUND) {
        BatchStoppedException.throwIfOfAll(harvest.trouble());
      }
      desk.console()
          .accept(
              "batch %s is read again later: %s".formatted(batch.key(), harvest.trouble().kind()));
      return;
    }
    long remaining = requests(batch) - harvest.answered() - harvest.failed();
    boolean hasFailed = ripe.seen().state() == State.FAILED;
    boolean isUnusable = hasFailed && harvest.failed() == 0;
    String error = ripe.seen().error(); // may quote prompts: into the ledger, not to the console
    String why = ripe.seen().state() + (error == null ? "" : ": " + error);
    desk.console()
        .accept(
            "batch %s: %s, %,d answers, %,d failed for good, %,d to ask again"
                .formatted(
                    batch.key(),
                    ripe.seen().state().name().toLowerCase(Locale.ROOT),
                    harvest.answered(),
                    harvest.failed(),
                    remaining));
    end(batch, new BatchEnd(why, harvest.answered(), harvest.failed(), remaining, isUnusable));
    if (harvest.stop() != null) {
      throw new BatchStoppedException(harvest.stop());
    }
    if (isUnusable) {
      ripe.seen()
          .problems()
          .forEach(
              problem ->
                  BatchStoppedException.throwIfOfAll(
                      new Trouble(problem.kind(), false, problem.message())));
    }
  }

  private void end(PendingBatch batch, BatchEnd end) throws IOException {
    ended(batch, end);
    desk.ledger().deleteLines(batch);
  }

  /** Its lines are left, for another. Nobody looks for its upload once it is done. */
  private void ended(PendingBatch batch, BatchEnd end) throws IOException {
    desk.time().fence().run();
    submission.forgetUpload(batch);
    desk.ledger().done(batch, end);
    open.remove(batch.key());
  }

  /** Nothing of it was begun: it waits for the others, or is cut smaller if it is too large. */
  private void queueAgain(Ripe ripe) throws IOException {
    PendingBatch batch = ripe.batch();
    String queue = batch.intent().accountModel();
    submission.learn(batch, String.valueOf(ripe.seen().error()));
    boolean isAlone = openBatches().stream().noneMatch(other -> isBeside(other, batch));
    if (isAlone && !isTooLarge(batch)) { // the limit that is known cannot be right
      submission.learn(batch, batch.intent().inputTokens() / 2);
    }
    boolean waits =
        !isTooLarge(batch) && desk.rules().areOfRun(batch) && !unwanted.contains(batch.key());
    desk.console()
        .accept(
            "batch %s found the queue of %s full: it %s"
                .formatted(batch.key(), queue, waits ? "waits for room" : "is cut anew"));
    BatchEnd end = new BatchEnd("queue full", 0, 0, 0, false);
    if (waits) { // done first: a kill in between leaves misses, not two of it
      ended(batch, end);
      submission.add(desk.ledger().again(batch, BatchKeys.next(now())));
    } else {
      end(batch, end);
    }
  }

  private boolean isTooLarge(PendingBatch batch) throws IOException {
    OptionalLong most = mostTokens(batch.intent().accountModel());
    return most.isPresent() && batch.intent().inputTokens() > most.getAsLong();
  }

  private static boolean isBeside(PendingBatch other, PendingBatch batch) {
    return !other.key().equals(batch.key())
        && other.intent().accountModel().equals(batch.intent().accountModel());
  }

  /** Of a model's batches; empty where it has no Batch API. */
  public Optional<BatchLimits> limits(BatchIntent.Target target) {
    return desk.providers().apply(target).map(BatchProvider::limits);
  }

  /** Tokens that a batch may have so that it fits an empty queue; empty where none is known. */
  public OptionalLong mostTokens(String accountModel) throws IOException {
    return QueueRoom.most(submission.limits(), accountModel);
  }
}
