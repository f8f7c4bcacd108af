package io.penstock.batch;

import io.penstock.batch.Carrier.Sent;
import io.penstock.batch.Carrier.Trouble;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.QueueLimit;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Sends what was cut, as far as the providers' queues have room. Each step is in the ledger before
 * the next is taken: upload, announcement, creation, id. Confined to one thread.
 */
final class Submission {
  /** The tag by which a batch is found again; its value is the ledger's key. */
  static final String KEY_TAG = "penstock_batch";

  private static final String JOB_TAG = "penstock_job";
  private static final String RUN_TAG = "penstock_run";

  /** Batches that are created of their lines at the same time. */
  private static final int BESIDE = 4;

  private final Desk desk;
  private final Consumer<PendingBatch> sent;
  private final List<PendingBatch> queue = new ArrayList<>();

  /** Until when those wait that were refused for now. */
  private final Map<String, PollPace> refused = new HashMap<>();

  /**
   * @param sent told of each batch that the provider has, or may have
   */
  Submission(Desk desk, Consumer<PendingBatch> sent) {
    this.desk = desk;
    this.sent = sent;
  }

  void add(PendingBatch batch) {
    queue.add(batch);
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Batches that are not sent yet. */
  int waiting() {
    return queue.size();
  }

  /** Of those that were refused for now. */
  List<Instant> due() {
    return refused.values().stream().map(PollPace::due).toList();
  }

  /** What was not sent will not be. */
  void dropAll() throws IOException {
    for (PendingBatch batch : List.copyOf(queue)) {
      drop(batch);
    }
  }

  /**
   * It was never created: its requests are to be cut anew. The ledger goes first, or a kill leaves
   * a batch to be taken up whose upload and lines are gone.
   */
  void drop(PendingBatch batch) throws IOException {
    desk.ledger().drop(batch);
    desk.ledger().deleteLines(batch);
    if (desk.knows(batch)) {
      forgetUpload(batch);
    }
    remove(batch);
  }

  private void remove(PendingBatch batch) {
    queue.removeIf(one -> one.key().equals(batch.key()));
    refused.remove(batch.key());
  }

  private void replace(PendingBatch batch) {
    queue.replaceAll(one -> one.key().equals(batch.key()) ? batch : one);
  }

  /**
   * @param open batches that take room
   */
  void send(Collection<PendingBatch> open) throws IOException, InterruptedException {
    List<PendingBatch> admitted = admitted(open);
    List<PendingBatch> toUpload =
        admitted.stream()
            .filter(batch -> batch.uploadId() == null && desk.provider(batch).uploadsFirst())
            .toList();
    List<PendingBatch> ready = new ArrayList<>(admitted);
    ready.removeAll(toUpload);
    ready.addAll(uploaded(toUpload));
    createUploaded(ready.stream().filter(batch -> batch.uploadId() != null).toList());
    createOfLines(ready.stream().filter(batch -> batch.uploadId() == null).toList());
  }

  private List<PendingBatch> admitted(Collection<PendingBatch> open) throws IOException {
    QueueRoom room = new QueueRoom(limits(), open);
    Instant now = desk.time().clock().instant();
    List<PendingBatch> admitted = new ArrayList<>();
    for (PendingBatch batch : queue) {
      PollPace wait = refused.get(batch.key());
      boolean isDue = wait == null || wait.isDue(now);
      if (isDue) {
        refused.remove(batch.key()); // now it waits for room, if for anything
      }
      if (isDue && room.fits(batch)) {
        room.add(batch);
        admitted.add(batch);
      }
    }
    return admitted;
  }

  /** The job's own, or what refusals told where that is less. */
  Map<String, Long> limits() throws IOException {
    Map<String, Long> limits =
        new HashMap<>(desk.ledger().queueLimits(desk.time().clock().instant()));
    desk.rules().queueLimits().forEach((queue, limit) -> limits.merge(queue, limit, Math::min));
    return limits;
  }

  private List<PendingBatch> uploaded(List<PendingBatch> batches)
      throws IOException, InterruptedException {
    List<PendingBatch> uploaded = new ArrayList<>();
    Map<String, PendingBatch> byKey = byKey(batches);
    for (Sent one : batches.isEmpty() ? List.<Sent>of() : desk.carrier().upload(batches)) {
      PendingBatch batch = byKey.get(one.key());
      if (one.id() == null) {
        refused(batch, one.trouble()); // a file that nobody knows of costs nothing
      } else {
        uploaded.add(desk.ledger().written(batch.uploaded(one.id())));
        replace(uploaded.get(uploaded.size() - 1));
      }
    }
    return uploaded;
  }

  private void createUploaded(List<PendingBatch> batches) throws IOException {
    for (PendingBatch batch : batches) {
      PendingBatch creating = announced(batch);
      BatchProvider provider = desk.provider(batch);
      try {
        BatchOrder order = new BatchOrder(new Unopened(batch), batch.uploadId(), tags(batch));
        created(creating, provider.create(order).id());
      } catch (ProviderException e) {
        notCreated(creating, Trouble.of(e));
      }
    }
  }

  /** A few at a time, so that a crash leaves few in doubt. */
  private void createOfLines(List<PendingBatch> batches) throws IOException, InterruptedException {
    for (int from = 0; from < batches.size(); from += BESIDE) {
      Map<String, PendingBatch> creating = new HashMap<>();
      for (PendingBatch batch : batches.subList(from, Math.min(from + BESIDE, batches.size()))) {
        creating.put(batch.key(), announced(batch));
      }
      for (Sent one : desk.carrier().create(List.copyOf(creating.values()))) {
        PendingBatch batch = creating.get(one.key());
        if (one.id() == null) {
          notCreated(batch, one.trouble());
        } else {
          created(batch, one.id());
        }
      }
    }
  }

  /** The ledger says that it may exist before it can. */
  private PendingBatch announced(PendingBatch batch) throws IOException {
    desk.time().fence().run();
    PendingBatch creating = batch.creating(desk.time().clock().instant());
    return desk.ledger().written(creating);
  }

  private void created(PendingBatch batch, String id) throws IOException {
    PendingBatch known = desk.ledger().written(batch.created(id));
    remove(batch);
    desk.console()
        .accept(
            "batch %s: %,d requests are with %s as %s"
                .formatted(
                    batch.key(),
                    batch.intent().size().requests(),
                    batch.intent().accountModel(),
                    id));
    sent.accept(known);
  }

  private void notCreated(PendingBatch batch, Trouble trouble) throws IOException {
    if (trouble.mayBeDone()) {
      desk.console()
          .accept("batch %s may have been created: it is looked for".formatted(batch.key()));
      remove(batch);
      sent.accept(batch);
      return;
    }
    PendingBatch back = desk.ledger().written(batch.notCreated());
    replace(back);
    refused(back, trouble);
  }

  private void refused(PendingBatch batch, Trouble trouble) throws IOException {
    BatchStoppedException.throwIfOfAll(trouble);
    if (QueueLimit.isNamedIn(trouble.message())) {
      learn(batch, trouble.message());
    }
    if (!trouble.kind().isTransient()) {
      unusable(batch, trouble);
      return;
    }
    desk.console().accept("batch %s is not taken now: %s".formatted(batch.key(), trouble.kind()));
    Instant now = desk.time().clock().instant();
    refused.computeIfAbsent(batch.key(), key -> pace(now)).asked(now, /* hasChanged= */ false);
  }

  private PollPace pace(Instant now) {
    return new PollPace(desk.rules().pollInterval(), desk.time().random(), now);
  }

  /** What the provider says its queue holds. */
  void learn(PendingBatch batch, String message) throws IOException {
    OptionalLong limit = QueueLimit.tokensIn(message);
    if (limit.isPresent()) {
      learn(batch, limit.getAsLong());
    }
  }

  void learn(PendingBatch batch, long tokens) throws IOException {
    Instant now = desk.time().clock().instant();
    desk.ledger().learnQueueLimit(batch.intent().accountModel(), tokens, now);
  }

  /** What the provider says may quote prompts: into the ledger, not to the console. */
  private void unusable(PendingBatch batch, Trouble why) throws IOException {
    desk.console()
        .accept(
            "batch %s is not taken at all (%s), its requests are called"
                .formatted(batch.key(), why.kind()));
    forgetUpload(batch);
    int requests = batch.intent().size().requests();
    desk.ledger().done(batch, new BatchEnd(why.message(), 0, 0, requests, true));
    remove(batch);
  }

  void forgetUpload(PendingBatch batch) {
    String uploadId = batch.uploadId();
    if (uploadId != null) {
      desk.provider(batch).forget(uploadId);
    }
  }

  private static Map<String, String> tags(PendingBatch batch) {
    return Map.of(
        KEY_TAG, batch.key(), JOB_TAG, batch.intent().job(), RUN_TAG, batch.intent().runId());
  }

  private static Map<String, PendingBatch> byKey(List<PendingBatch> batches) {
    return batches.stream().collect(Collectors.toMap(PendingBatch::key, batch -> batch));
  }

  /** Uploaded already: nobody reads it here. */
  private record Unopened(PendingBatch batch) implements io.penstock.provider.BatchFile {
    @Override
    public String name() {
      return batch.key() + ".jsonl";
    }

    @Override
    public long bytes() {
      return batch.intent().size().bytes();
    }

    @Override
    public InputStream open() {
      throw new IllegalStateException(name() + " is uploaded already");
    }
  }
}
