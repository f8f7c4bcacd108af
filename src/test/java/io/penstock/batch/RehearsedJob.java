package io.penstock.batch;

import io.penstock.batch.BatchDelivery.Deadline;
import io.penstock.batch.BatchIntent.Owner;
import io.penstock.batch.BatchIntent.Size;
import io.penstock.batch.BatchIntent.Target;
import io.penstock.provider.BatchFile;
import io.penstock.provider.BatchOrder;
import io.penstock.provider.ProviderException;
import io.penstock.store.HaltingFileSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A job of a few requests as its executions deliver it, without Spark; its folder and its provider
 * outlive them.
 */
final class RehearsedJob {
  static final int REQUESTS = 4;

  private static final int REQUESTS_PER_BATCH = 2;
  private static final Duration POLL = Duration.ofSeconds(60);
  private static final Duration ADOPT = Duration.ofMinutes(2);
  private static final Target TARGET = new Target("provider", "m", "provider/m");

  /** More would go on for ever. */
  private static final int MOST_TURNS = 20;

  private static final int MOST_WAITS = 1_000;

  final RehearsedProvider provider;
  final BatchLedger ledger;

  /** Requests whose answers are in the store. */
  final Set<String> answered = new TreeSet<>();

  final List<String> told = new ArrayList<>();

  /** See {@link BatchDelivery#resume}. */
  boolean keepsUnsent = true;

  private final java.nio.file.Path folder;
  private final Configuration hadoop = HaltingFileSystem.register(new Configuration());
  private Instant now = Instant.parse("2026-11-26T10:00:00Z");
  private int waits;

  RehearsedJob(java.nio.file.Path folder, RehearsedProvider.Scene scene) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.provider = new RehearsedProvider(() -> now, scene);
    this.ledger = new BatchLedger(HaltingFileSystem.pathOf(folder), hadoop);
  }

  java.nio.file.Path pending() {
    return folder.resolve(BatchLedger.FOLDER);
  }

  static List<String> requests() {
    return IntStream.range(0, REQUESTS).mapToObj(i -> "v1-" + i).toList();
  }

  /** An execution from its begin until nothing is missing. */
  void execute() throws Exception {
    now = now.plus(Duration.ofMinutes(1));
    waits = 0;
    BatchDelivery delivery = delivery();
    delivery.resume(keepsUnsent);
    for (int turn = 0; !isComplete(); turn++) {
      if (turn == MOST_TURNS) {
        throw new IllegalStateException("No end: " + ledger.open());
      }
      delivery.submit(cut(missing()));
      delivery.await(Deadline.NONE, Set.of());
    }
    ledger.forget("job");
  }

  private boolean isComplete() throws IOException {
    return answered.size() == REQUESTS && ledger.open().isEmpty();
  }

  /** Neither answered nor in a batch. */
  private List<String> missing() throws IOException {
    List<String> missing = new ArrayList<>(requests());
    missing.removeAll(answered);
    for (PendingBatch batch : ledger.open()) {
      missing.removeAll(requests(batch));
    }
    return missing;
  }

  private List<String> requests(PendingBatch batch) throws IOException {
    try (BufferedReader lines = ledger.open(batch)) {
      return lines.lines().map(line -> line.split(",", 2)[0]).toList();
    }
  }

  private List<PendingBatch> cut(List<String> requests) throws IOException {
    List<PendingBatch> cut = new ArrayList<>();
    for (int from = 0; from < requests.size(); from += REQUESTS_PER_BATCH) {
      int to = Math.min(requests.size(), from + REQUESTS_PER_BATCH);
      cut.add(intended(requests.subList(from, to)));
    }
    return cut;
  }

  private PendingBatch intended(Collection<String> requests) throws IOException {
    java.nio.file.Path list = folder.resolve(UUID.randomUUID() + ".csv");
    Files.write(list, requests.stream().map(id -> id + ",1,1").toList());
    BatchIntent intent =
        new BatchIntent(
            new Owner("job", "r1", 1),
            TARGET,
            list.toString(),
            new Size(requests.size(), Files.size(list)),
            1_000L * requests.size(),
            new BigDecimal("0.1"));
    return ledger.intend(BatchKeys.next(now), intent, new Path(list.toString()));
  }

  private BatchDelivery delivery() {
    return new BatchDelivery(
        new Desk(
            ledger,
            target -> Optional.of(provider),
            new Near(),
            new Desk.Rules("job", "r1", POLL, ADOPT, Map.of()),
            new Desk.Time(() -> now, this::pass, () -> {}, new Random(1)),
            told::add));
  }

  private boolean pass(Duration time) {
    if (++waits > MOST_WAITS) {
      throw new IllegalStateException("Waits for ever");
    }
    now = now.plus(time);
    return true;
  }

  /** Sends and reads in this process. */
  private final class Near implements Carrier {
    private interface Call {
      String make(PendingBatch batch) throws ProviderException;
    }

    private List<Sent> each(List<PendingBatch> batches, Call call) {
      Function<PendingBatch, Sent> sent =
          batch -> {
            try {
              return Sent.as(batch.key(), call.make(batch));
            } catch (ProviderException e) {
              return Sent.refused(batch.key(), Trouble.of(e));
            }
          };
      return batches.stream().map(sent).toList();
    }

    @Override
    public List<Sent> upload(List<PendingBatch> batches) {
      return each(batches, batch -> provider.upload(new Lines(batch)));
    }

    @Override
    public List<Sent> create(List<PendingBatch> batches) {
      return each(
          batches, batch -> provider.create(new BatchOrder(new Lines(batch), null, Map.of())).id());
    }

    @Override
    public List<Harvest> harvest(List<Ripe> batches) throws IOException {
      List<Harvest> harvests = new ArrayList<>();
      for (Ripe ripe : batches) {
        List<String> answers = provider.answers(ripe.seen().id());
        List<String> ours = requests(ripe.batch());
        if (!ours.containsAll(answers)) {
          throw new IllegalStateException(ours + " was given answers to " + answers);
        }
        answered.addAll(answers);
        harvests.add(new Harvest(ripe.batch().key(), answers.size(), 0, null, null));
      }
      return harvests;
    }
  }

  private record Lines(PendingBatch batch) implements BatchFile {
    @Override
    public String name() {
      return batch.key() + ".jsonl";
    }

    @Override
    public long bytes() {
      return batch.intent().size().bytes();
    }

    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(java.nio.file.Path.of(batch.intent().file()));
    }
  }
}
