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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches, watches them and brings in what they answer. Nothing runs between its calls: a
 * process may end after any of them, or within, and another goes on by the ledger. Confined to one
 * thread.
 */
public final class BatchDelivery {
  /** Between two looks for a batch that may exist. */
  private static final Duration DOUBT_INTERVAL = Duration.ofSeconds(15);

  private final Desk desk;
  private final Submission submission;
  private final Adoption adoption;
  private final BatchNews news;
  private final Map<String, Watched> open = new LinkedHashMap<>();

  public BatchDelivery(Desk desk) {
    this.desk = desk;
    this.submission = new Submission(desk, this::watch);
    this.adoption = new Adoption(desk);
    this.news = new BatchNews(desk.time().clock());
  }

  /**
   * Takes up what earlier executions left, of this job and of others whose models this job has:
   * brings in what has ended. What was cut and never sent is forgotten.
   *
   * @throws BatchStoppedException when a provider refuses the account
   */
  public void resume() throws IOException, InterruptedException {
    for (PendingBatch batch : desk.ledger().open()) {
      boolean isOurs = desk.rules().areOf(batch);
      if (isOurs && !batch.mayExist()) {
        submission.drop(batch);
      } else if (batch.mayExist() && desk.knows(batch)) {
        watch(batch);
        open.get(batch.key()).pace.now(now());
      } else if (isOurs) {
        desk.console()
            .accept(
                "warning: batch %s waits with %s, which is no model of the job any more"
                    .formatted(batch.key(), batch.intent().accountModel()));
      }
    }
    turn();
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

  /** What an execution still waits for. */
  public interface Wanted {
    /** Whether requests of ours are in a batch of another job. */
    boolean isAwaited(PendingBatch batch);
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
   * Waits until all batches of the job have ended and are in the store, and those of others that
   * are wanted.
   *
   * @return false when the time is up, or the execution is to end
   */
  public boolean await(Deadline deadline, Wanted wanted) throws IOException, InterruptedException {
    while (isAnyAwaited(wanted)) {
      if (deadline.isNear(now())) {
        cancelAll();
      }
      if (deadline.isOver(now()) || !desk.time().waiter().await(untilNext(deadline))) {
        return false;
      }
      turn();
    }
    return true;
  }

  /** Asks for the end of the job's batches, and sends no further ones. */
  public void cancelAll() throws IOException {
    submission.dropAll();
    for (Watched each : open.values()) {
      if (desk.rules().areOf(each.batch) && each.batch.batchId() != null && !each.cancelled) {
        cancel(each);
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
      throwIfOfAll(e);
      desk.console()
          .accept("batch %s is not cancelled yet: %s".formatted(each.batch.key(), e.getMessage()));
    }
  }

  /** The job's batches that have not ended, sent or not. */
  public boolean isIdle() {
    return !isAnyAwaited(batch -> false);
  }

  private boolean isAnyAwaited(Wanted wanted) {
    return !submission.isEmpty()
        || open.values().stream()
            .anyMatch(each -> desk.rules().areOf(each.batch) || wanted.isAwaited(each.batch));
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

  private String look(PendingBatch batch) {
    Watched each = new Watched(batch, new PollPace(Duration.ZERO, desk.time().random(), now()));
    String id = batch.batchId();
    try {
      each.seen = id == null || !desk.knows(batch) ? null : desk.provider(batch).retrieve(id);
    } catch (ProviderException e) {
      throwIfOfAll(e);
      return news.line(each) + " (" + e.getMessage() + ")";
    }
    return news.line(each);
  }

  /**
   * Batches whose requests are not to be asked for otherwise: their providers have them, or may
   * have, or get them from this execution as soon as there is room.
   */
  public List<PendingBatch> held() throws IOException {
    List<PendingBatch> held = new ArrayList<>(desk.ledger().held());
    held.addAll(submission.waiting());
    return held;
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
      doubtful.batch = desk.ledger().written(batch.created(id));
      doubtful.pace.now(now());
      return;
    }
    open.remove(batch.key());
    PendingBatch back = desk.ledger().written(batch.notCreated());
    desk.console().accept("batch %s was not created".formatted(batch.key()));
    if (batch.intent().runId().equals(desk.rules().runId())) {
      submission.add(back);
    } else if (desk.rules().areOf(back)) {
      submission.drop(back);
    }
  }

  private boolean hasEnded(Watched each) throws IOException {
    if (!desk.rules().areOf(each.batch) && desk.ledger().isDone(each.batch)) {
      open.remove(each.batch.key());
      return false;
    }
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

  /** Of a batch that is not found nothing follows for others. */
  private static void throwIfOfAll(ProviderException failure) {
    if (failure.kind() != FailureKind.NOT_FOUND) {
      BatchStoppedException.throwIfOfAll(Trouble.of(failure));
    }
  }

  /** One just created may be unknown for a while, one of another account for ever. */
  private void unseen(Watched each, ProviderException failure) throws IOException {
    PendingBatch batch = each.batch;
    throwIfOfAll(failure);
    boolean isNew = now().isBefore(batch.creatingAt().plus(desk.rules().adoptFor()));
    if (failure.kind() == FailureKind.NOT_FOUND && !isNew) {
      if (desk.rules().areOf(batch)) {
        desk.console()
            .accept(
                "warning: the provider does not know batch %s any more: what it answered is lost"
                    .formatted(batch.key()));
        end(batch, new BatchEnd("unknown to the provider", 0, 0, requests(batch), false));
      } else {
        open.remove(batch.key());
      }
    } else if (!isNew) {
      desk.console()
          .accept("batch %s could not be seen: %s".formatted(batch.key(), failure.getMessage()));
    }
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
    if (harvest.trouble() != null) {
      BatchStoppedException.throwIfOfAll(harvest.trouble());
      desk.console()
          .accept(
              "batch %s is read again later: %s"
                  .formatted(batch.key(), harvest.trouble().message()));
      return;
    }
    long remaining = requests(batch) - harvest.answered() - harvest.failed();
    boolean hasFailed = ripe.seen().state() == State.FAILED;
    boolean isUnusable = hasFailed && harvest.failed() == 0;
    String error = ripe.seen().error();
    String why = ripe.seen().state() + (error == null ? "" : ": " + error);
    desk.console()
        .accept(
            "batch %s: %s, %,d answers, %,d failed for good, %,d to ask again"
                .formatted(batch.key(), why, harvest.answered(), harvest.failed(), remaining));
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

  /** Nobody looks for its upload once it is done. */
  private void end(PendingBatch batch, BatchEnd end) throws IOException {
    submission.forgetUpload(batch);
    desk.ledger().done(batch, end);
    open.remove(batch.key());
  }

  /** Nothing of it was begun: it waits for the others, or is cut smaller if it is too large. */
  private void queueAgain(Ripe ripe) throws IOException {
    PendingBatch batch = ripe.batch();
    submission.learn(batch, String.valueOf(ripe.seen().error()));
    if (!desk.rules().areOf(batch)) {
      open.remove(batch.key());
      return;
    }
    boolean isAlone = openBatches().stream().noneMatch(other -> isBeside(other, batch));
    if (isAlone && submission.limits().get(batch.intent().accountModel()) == null) {
      long half = batch.intent().inputTokens() / 2;
      desk.ledger().learnQueueLimit(batch.intent().accountModel(), half);
    }
    var most = QueueRoom.most(submission.limits(), batch.intent().accountModel());
    boolean isTooLarge = most.isPresent() && batch.intent().inputTokens() > most.getAsLong();
    boolean waits = !isTooLarge && batch.intent().runId().equals(desk.rules().runId());
    if (waits) {
      submission.add(desk.ledger().again(batch, BatchKeys.next(now())));
    }
    desk.console()
        .accept(
            "batch %s found the provider's queue full: it %s"
                .formatted(
                    batch.key(), isTooLarge ? "is cut smaller" : "waits until there is room"));
    end(
        waits ? batch.withoutUpload() : batch,
        new BatchEnd("queue full", 0, 0, isTooLarge ? requests(batch) : 0, false));
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
