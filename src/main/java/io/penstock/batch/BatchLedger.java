package io.penstock.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.store.WholeFile;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * {@code pending/} of a completion store: what is, or may be, with the providers. Each batch has a
 * folder: {@code batch.json} says how far it came and is replaced whole at each step, {@code
 * requests.csv} lists its requests, {@code done.json} says that its answers are in the store. It
 * comes and goes as a whole: it is put together, and taken apart, in a folder of its job's that
 * nobody reads. A batch is written by the holder of its job's lock only.
 */
public final class BatchLedger {
  static final String FOLDER = "pending";

  /** Before a job's name; {@link #keys} passes over it. */
  private static final String SCRATCH = ".of-";

  private static final String STATE = "batch.json";
  private static final String REQUESTS = "requests.csv";
  private static final String DONE = "done.json";
  private static final String QUEUE_LIMITS = "queue-limits.json";

  private static final Duration LEARNT_FOR = Duration.ofDays(1);
  private static final int LOOKS = 5;
  private static final long LOOK_AGAIN_MILLIS = 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final Path folder;
  private final Configuration hadoop;

  /**
   * @param store folder of the completion store
   */
  public BatchLedger(String store, Configuration hadoop) {
    this.folder = new Path(store, FOLDER);
    this.hadoop = hadoop;
  }

  /** By account and model. */
  private record QueueLimits(int format, Map<String, Learnt> learnt) {}

  private record Learnt(long tokens, long atMillis) {}

  /** A batch that has ended. */
  public record Ended(PendingBatch batch, BatchEnd end) {}

  /**
   * Writes down a cut; from then on it can be sent.
   *
   * @param requests a file of lines {@code fingerprint,counted input tokens,hash of the prompt,USD
   *     at the most}, in the order of the batch's lines
   */
  public PendingBatch intend(String key, BatchIntent intent, Path requests) throws IOException {
    return intended(new PendingBatch(key, intent, null, null, null), requests);
  }

  private PendingBatch intended(PendingBatch batch, Path requests) throws IOException {
    Path made = scratch(batch);
    FileSystem from = requests.getFileSystem(hadoop);
    FileUtil.copy(from, requests, files(), new Path(made, REQUESTS), false, true, hadoop);
    WholeFile.write(new Path(made, STATE), text(batch), hadoop);
    move(made, new Path(folder, batch.key()));
    return batch;
  }

  private Path scratch(PendingBatch batch) {
    return new Path(scratch(batch.intent().job()), batch.key());
  }

  private Path scratch(String job) {
    return new Path(folder, SCRATCH + job);
  }

  private void move(Path from, Path to) throws IOException {
    if (!files().rename(from, to)) {
      throw new IOException("Could not move " + from + " to " + to);
    }
  }

  /** The file of {@link #intend}, on the store. */
  public Path requests(PendingBatch batch) {
    return new Path(new Path(folder, batch.key()), REQUESTS);
  }

  /** False of another job's batch that is history by now. */
  public boolean hasRequests(PendingBatch batch) throws IOException {
    return files().exists(requests(batch));
  }

  PendingBatch written(PendingBatch batch) throws IOException {
    write(batch.key(), STATE, batch);
    return batch;
  }

  void done(PendingBatch batch, BatchEnd end) throws IOException {
    write(batch.key(), DONE, end);
  }

  /** The same requests under another key; the provider does not have it. */
  PendingBatch again(PendingBatch batch, String key) throws IOException {
    return intend(key, batch.intent(), requests(batch));
  }

  /** It was never with the provider, and will not be. */
  void drop(PendingBatch batch) throws IOException {
    delete(batch);
  }

  /** Those that have not ended, of all jobs on the store, oldest first. */
  public List<PendingBatch> open() throws IOException {
    List<PendingBatch> open = new ArrayList<>();
    for (String key : keys()) {
      if (end(key).isEmpty()) {
        read(key, STATE, PendingBatch.class).ifPresent(open::add);
      }
    }
    return open;
  }

  /** Those that the provider may have: what is in them must not be asked for otherwise. */
  public List<PendingBatch> held() throws IOException {
    return open().stream().filter(PendingBatch::mayExist).toList();
  }

  /** Those of a run whose answers are in the store. */
  public List<Ended> ended(String runId) throws IOException {
    return ended().stream().filter(ended -> ended.batch().intent().runId().equals(runId)).toList();
  }

  private List<Ended> ended() throws IOException {
    List<Ended> ended = new ArrayList<>();
    for (String key : keys()) {
      Optional<BatchEnd> end = end(key);
      if (end.isPresent()) {
        read(key, STATE, PendingBatch.class)
            .ifPresent(batch -> ended.add(new Ended(batch, end.get())));
      }
    }
    return ended;
  }

  /**
   * When the answers of a batch that has ended were in the store, by the file system's clock; empty
   * where a kill left the file beside its place.
   */
  public Optional<Instant> endedAt(PendingBatch batch) throws IOException {
    try {
      long millis = files().getFileStatus(file(batch.key(), DONE)).getModificationTime();
      return Optional.of(Instant.ofEpochMilli(millis));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** The provider's ids of all batches that are known here. */
  Set<String> batchIds() throws IOException {
    Set<String> ids = new HashSet<>();
    for (String key : keys()) {
      read(key, STATE, PendingBatch.class).map(PendingBatch::batchId).ifPresent(ids::add);
    }
    return ids;
  }

  /** Whether a request is one of the batch's. */
  boolean holds(PendingBatch batch, String fingerprint) throws IOException {
    try (BufferedReader lines = open(batch)) {
      return !fingerprint.isEmpty()
          && lines.lines().anyMatch(line -> line.startsWith(fingerprint + ","));
    }
  }

  /** The lines of {@link #intend}'s file. */
  public BufferedReader open(PendingBatch batch) throws IOException {
    InputStream in = files().open(requests(batch));
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /**
   * Deletes the lines of a batch that will not be sent any more, unless another is made of them.
   */
  void deleteLines(PendingBatch batch) throws IOException {
    String file = batch.intent().file();
    boolean areShared =
        open().stream()
            .anyMatch(
                other -> !other.key().equals(batch.key()) && other.intent().file().equals(file));
    if (!areShared) {
      Path lines = new Path(file);
      lines.getFileSystem(hadoop).delete(lines, false);
    }
  }

  /** Nothing asks for what became of the job's batches any more. */
  public void forget(String job) throws IOException {
    for (Ended ended : ended()) {
      if (ended.batch().intent().job().equals(job)) {
        delete(ended.batch());
      }
    }
    files().delete(scratch(job), true);
  }

  /** What a run's batches that have not ended can cost at the most. */
  public BigDecimal worstUsd(String runId) throws IOException {
    return open().stream()
        .filter(batch -> batch.intent().runId().equals(runId))
        .map(batch -> batch.intent().worstUsd())
        .filter(Objects::nonNull)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /**
   * How many tokens may be queued, by account and model, as refusals told.
   *
   * @param now what was learnt a day before says nothing any more: others may have filled the queue
   */
  Map<String, Long> queueLimits(Instant now) throws IOException {
    Map<String, Long> limits = new TreeMap<>();
    learnt()
        .forEach(
            (queue, limit) -> {
              if (limit.atMillis() > now.minus(LEARNT_FOR).toEpochMilli()) {
                limits.put(queue, limit.tokens());
              }
            });
    return limits;
  }

  private Map<String, Learnt> learnt() throws IOException {
    return read(".", QUEUE_LIMITS, QueueLimits.class).map(QueueLimits::learnt).orElse(Map.of());
  }

  void learnQueueLimit(String accountModel, long tokens, Instant now) throws IOException {
    Map<String, Learnt> limits = new TreeMap<>(learnt());
    limits.put(accountModel, new Learnt(tokens, now.toEpochMilli()));
    write(".", QUEUE_LIMITS, new QueueLimits(BatchIntent.FORMAT, limits));
  }

  private Optional<BatchEnd> end(String key) throws IOException {
    return read(key, DONE, BatchEnd.class);
  }

  /** Keys begin with the time at which they were given. */
  private List<String> keys() throws IOException {
    FileSystem files = files();
    if (!files.exists(folder)) {
      return List.of();
    }
    return Arrays.stream(files.listStatus(folder))
        .filter(FileStatus::isDirectory)
        .map(status -> status.getPath().getName())
        .filter(name -> !name.startsWith("."))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  /**
   * Empty also where a kill left the first one torn: then nothing was done in its name yet. Looks
   * again where there is none, since another job may just be replacing it.
   */
  private <T> Optional<T> read(String key, String name, Class<T> type) throws IOException {
    for (int look = 0; look < LOOKS; look++) {
      try {
        return Optional.of(JSON.readValue(WholeFile.read(file(key, name), hadoop), type));
      } catch (FileNotFoundException | JsonProcessingException e) {
        if (!name.equals(STATE) || !files().exists(file(key, REQUESTS))) {
          return Optional.empty();
        }
        pause();
      }
    }
    return Optional.empty();
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(LOOK_AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while looking at a batch");
    }
  }

  private void write(String key, String name, Object value) throws IOException {
    WholeFile.write(file(key, name), text(value), hadoop);
  }

  private static String text(Object value) throws IOException {
    return JSON.writeValueAsString(value) + "\n";
  }

  private Path file(String key, String name) {
    return key.equals(".") ? new Path(folder, name) : new Path(new Path(folder, key), name);
  }

  /** File by file it would be something else on the way. */
  private void delete(PendingBatch batch) throws IOException {
    Path gone = scratch(batch);
    files().mkdirs(gone.getParent());
    move(new Path(folder, batch.key()), gone);
    files().delete(gone, true);
  }

  private FileSystem files() throws IOException {
    return folder.getFileSystem(hadoop);
  }
}
