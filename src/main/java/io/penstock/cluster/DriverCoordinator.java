package io.penstock.cluster;

import io.penstock.cluster.Messages.Proof;
import io.penstock.cluster.Messages.QuietAsk;
import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.cluster.Messages.SecretAsk;
import io.penstock.cluster.Messages.SecretReply;
import io.penstock.domain.ProviderSecrets;
import io.penstock.limit.AccountLoad;
import io.penstock.limit.Governor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's side: says which executors may call, for seconds at a time, and hands out secrets.
 * One per SparkContext; one run at a time. Thread-safe, but a run is begun and ended by one thread.
 */
public final class DriverCoordinator implements DriverPlugin {
  private static final Logger LOG = LoggerFactory.getLogger(DriverCoordinator.class);

  private static final AtomicReference<@Nullable DriverCoordinator> CURRENT =
      new AtomicReference<>();

  /** What is waited for comes by executors' asks, and with time. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

  /**
   * The reasons of Spark's cluster managers that tell of a process that has ended, and with which
   * code: "Command exited with code 137", "Container ... Exit status: 143", "exited with exit
   * code". Others may be of an executor that only cannot be reached, as are negative codes, which
   * no process ends with (YARN's -100 is of a lost node). Spark 4.1's sources, read 2026-11.
   */
  private static final Pattern EXITED =
      Pattern.compile("(exited with code|exit code|exit status):? +\\d", Pattern.CASE_INSENSITIVE);

  private final LeaseBook book;
  private final ExecutorService proofReader =
      Executors.newSingleThreadExecutor(task -> daemon(task, "penstock-proof"));
  private final ExecutorService secretReader =
      Executors.newSingleThreadExecutor(task -> daemon(task, "penstock-secrets"));
  private volatile SecretBook secrets = noSecrets();
  private volatile @Nullable RunOrder order;
  private volatile @Nullable DriverMetrics metrics;

  /** Tells the book whom Spark gave up. */
  private final class Removals extends SparkListener {
    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
      book.remove(event.executorId());
      if (tellsOfAnExit(String.valueOf(event.reason()))) {
        book.exited(event.executorId());
      }
    }
  }

  static boolean tellsOfAnExit(String reason) {
    return EXITED.matcher(reason).find();
  }

  DriverCoordinator(LongSupplier nanoClock) {
    book = new LeaseBook(nanoClock);
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** That of the SparkContext in this JVM; none where the plugin is not set. */
  public static Optional<DriverCoordinator> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  @Override
  public Map<String, String> init(SparkContext spark, PluginContext context) {
    refuseAnotherSpark();
    refuseSpeculation(context.conf());
    spark.addSparkListener(new Removals());
    CURRENT.set(this);
    return Map.of();
  }

  @Override
  public void registerMetrics(String appId, PluginContext context) {
    metrics = new DriverMetrics(context.metricRegistry(), book);
  }

  private static void refuseAnotherSpark() {
    SparkBuild.mismatch()
        .ifPresent(
            why -> {
              throw new IllegalStateException(why);
            });
  }

  private static void refuseSpeculation(SparkConf settings) {
    if (settings.getBoolean("spark.speculation", false)) {
      throw new IllegalArgumentException(
          "spark.speculation is true: a copy of a task would pay for the same calls again;"
              + " set it to false");
    }
  }

  /**
   * Replaces what was offered before. Kept in memory only.
   *
   * @param now by provider
   * @param again reads a provider's where they are, after a refusal; may block, and throw
   */
  public void offerSecrets(
      Map<String, ProviderSecrets> now, Function<String, ProviderSecrets> again) {
    secrets = new SecretBook(again, secretReader).with(now);
  }

  private SecretBook noSecrets() {
    return new SecretBook(provider -> ProviderSecrets.NONE, secretReader);
  }

  /**
   * From now on executors are asked for their proof and given leases. Replaces a run that has not
   * ended.
   *
   * @param mayGrant false: nothing is granted, since the driver's own lock is stale; asked at each
   *     renewal, must only compute
   * @param governor of the run's accounts
   * @throws IOException when a token file cannot be written; nothing has begun then
   */
  public void begin(RunOrder order, BooleanSupplier mayGrant, Governor governor)
      throws IOException {
    String token = UUID.randomUUID().toString();
    for (String folder : order.sharedFolders()) {
      TokenFiles.write(order, folder, TokenFiles.DRIVER, token);
    }
    this.order = order;
    book.begin(order, token, mayGrant, governor);
    ExecutorAgent.nudge();
  }

  /**
   * Waits until every executor known by now has proved that it sees the same folders, and at least
   * one has; those that vanish meanwhile do not count.
   *
   * @throws SharedFolderException when one does not see them, or has not proved it by the limit
   * @throws IOException when there is no executor by the limit
   */
  public void awaitProofs(Duration limit) throws IOException, InterruptedException {
    Set<String> awaited = book.livingIds();
    boolean done = await(limit, () -> book.haveProved(awaited) || book.proofFailure().isPresent());
    Optional<String> failure = book.proofFailure();
    if (failure.isPresent()) {
      throw new SharedFolderException(failure.get());
    }
    if (!done) {
      throw overdue(awaited.isEmpty() ? book.livingIds() : awaited, limit);
    }
  }

  private IOException overdue(Set<String> awaited, Duration limit) {
    long seconds = limit.toSeconds();
    if (book.livingIds().isEmpty()) {
      return new IOException(
          "No executor has reported to the driver within %d s: are there resources for one, and does every executor have the job's jar?"
              .formatted(seconds));
    }
    return new SharedFolderException(
        "Not proved within %d s that the folders %s are the driver's: %s"
            .formatted(seconds, folders(), book.unproved(awaited)));
  }

  private String folders() {
    RunOrder current = order;
    return current == null ? "of no run" : current.sharedFolders().toString();
  }

  /** Of an executor that came later too; nothing is granted to anybody from then on. */
  public Optional<String> proofFailure() {
    return book.proofFailure();
  }

  /** Of the run, or of the last one: why its account is of no use, as an executor told. */
  public Optional<AccountStop> accountStop() {
    return book.accountStop();
  }

  /** Executors start no further calls of this run; they know within about a second. */
  public void stop(String reason) {
    book.stop(reason);
    ExecutorAgent.nudge();
  }

  /**
   * There is no run any more. Waits until the living executors have closed their runtimes, at most
   * until the limit; deletes the token files. Does nothing when there is no run.
   *
   * @throws IOException when files could not be deleted; the run has ended all the same
   */
  public void end(Duration limit) throws IOException, InterruptedException {
    RunOrder ended = order;
    if (ended == null) {
      return;
    }
    order = null;
    long mark = book.end();
    ExecutorAgent.nudge();
    try {
      if (!await(limit, () -> book.isClosed(mark))) {
        LOG.warn("Not all executors have closed their part of run {} in time", ended.runId());
      }
    } finally {
      deleteTokens(ended);
    }
  }

  /** Those of all folders, even if some cannot be deleted. */
  private static void deleteTokens(RunOrder ended) throws IOException {
    IOException failure = null;
    for (String folder : ended.sharedFolders()) {
      try {
        TokenFiles.deleteAll(ended, folder);
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Of all that the session's executors did in runs, also those that are gone. */
  public Counts counts() {
    return book.counts();
  }

  /** The accounts of the run that is under way; none between runs. */
  public List<AccountLoad> loads() {
    return book.loads();
  }

  /** Spark's one thread for all executors' messages: computes and returns. */
  @Override
  public Object receive(Object message) throws IOException, ClassNotFoundException {
    return Wire.write(answer(Wire.read((byte[]) message)));
  }

  Object answer(Object message) {
    if (message instanceof Renewal renewal) {
      return renew(renewal);
    }
    if (message instanceof QuietAsk ask) {
      return book.quiet(ask);
    }
    if (message instanceof SecretAsk ask) {
      return answer(ask);
    }
    throw new IllegalArgumentException(
        "The driver's plugin was sent a " + message.getClass().getName());
  }

  private SecretReply answer(SecretAsk ask) {
    return new SecretReply(
        ask.refused() == SecretAsk.ANY
            ? secrets.known(ask.provider())
            : secrets.instead(ask.provider(), ask.refused()).getNow(null));
  }

  private RenewalReply renew(Renewal renewal) {
    RenewalReply reply = book.renew(renewal);
    Optional.ofNullable(metrics).ifPresent(known -> known.executor(renewal.executorId()));
    RunOrder current = order;
    if (current != null) {
      book.proofToRead(renewal.executorId())
          .ifPresent(proof -> readLater(current, renewal.executorId(), proof));
    }
    return reply;
  }

  private void readLater(RunOrder current, String executorId, Proof proof) {
    try {
      proofReader.execute(() -> read(current, executorId, proof));
    } catch (RejectedExecutionException e) {
      LOG.debug("The session ends; a proof is not read", e);
    }
  }

  private void read(RunOrder current, String executorId, Proof proof) {
    String folder = "";
    try {
      for (String each : current.sharedFolders()) {
        folder = each;
        TokenFiles.expect(current, folder, proof.file(), proof.ownToken());
      }
      book.proved(executorId, proof);
      ExecutorAgent.nudge();
    } catch (IOException | RuntimeException e) {
      LOG.debug("No proof of executor {} for folder {}", executorId, folder, e);
      book.notProved(executorId, proof, "folder " + folder + ": " + e.getMessage());
    }
  }

  private static boolean await(Duration limit, BooleanSupplier condition)
      throws InterruptedException {
    long startedNanos = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - startedNanos >= limit.toNanos()) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_INTERVAL.toNanos());
    }
    return true;
  }

  @Override
  public void shutdown() {
    CURRENT.compareAndSet(this, null);
    proofReader.shutdownNow();
    secretReader.shutdownNow();
    secrets = noSecrets();
  }
}
