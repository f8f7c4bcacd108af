package io.penstock.cluster;

import io.penstock.cluster.Lease.Ask;
import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.QuietAsk;
import io.penstock.cluster.Messages.QuietReply;
import io.penstock.cluster.Messages.Renewal;
import io.penstock.cluster.Messages.RenewalReply;
import io.penstock.cluster.Messages.SecretAsk;
import io.penstock.cluster.Messages.SecretReply;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor's side: holds the lease without which no call may start, and looks after the runtime
 * of the run. One per executor JVM. Thread-safe.
 */
public final class ExecutorAgent implements ExecutorPlugin, ExecutorLink {
  /** Not from Spark's plugin context, which knows no host on executors of a cluster. */
  private static final String HOST = host();

  private static final Logger LOG = LoggerFactory.getLogger(ExecutorAgent.class);

  private static final AtomicReference<@Nullable ExecutorAgent> CURRENT = new AtomicReference<>();

  private static final Duration IDLE_INTERVAL = Duration.ofSeconds(1);

  /** While there is a runtime: what the driver grants and learns is at most so old. */
  static final Duration RENEWAL_INTERVAL = Duration.ofMillis(500);

  private static final Duration QUIET_INTERVAL = Duration.ofMillis(250);

  /** How long Spark's shutdown waits for runtimes that close. */
  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(5);

  private final Executor threads;
  private final Lease lease;
  private final Semaphore wake = new Semaphore(0);
  private final Attachments attachments;

  /** Of the execution that the driver named last; a new map for each. */
  private volatile Map<String, HeldSecrets> secrets = new ConcurrentHashMap<>();

  private volatile @Nullable Connection connection;
  private @Nullable String secretsToken;
  private boolean failing;

  /** What is known since Spark's init. */
  private record Connection(
      PluginContext context, FolderProver prover, Thread renewer, CallMeter meter) {}

  ExecutorAgent(LongSupplier nanoClock) {
    this(nanoClock, shortLivedThreads());
  }

  ExecutorAgent(LongSupplier nanoClock, Executor threads) {
    this.threads = threads;
    lease = new Lease(nanoClock, threads);
    attachments = new Attachments(threads, wake::release);
  }

  private static Executor shortLivedThreads() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        5,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> DriverCoordinator.daemon(task, "penstock-agent"));
  }

  /**
   * That of this JVM.
   *
   * @throws IllegalStateException where Spark was started without the plugin
   */
  public static ExecutorAgent current() {
    ExecutorAgent agent = CURRENT.get();
    if (agent == null) {
      throw new IllegalStateException(
          "Penstock's plugin does not run in this executor: start Spark with spark.plugins="
              + PenstockPlugin.class.getName());
    }
    return agent;
  }

  /** Spares an agent in the driver's own JVM the wait for its next renewal. */
  static void nudge() {
    ExecutorAgent agent = CURRENT.get();
    if (agent != null) {
      agent.wake.release();
    }
  }

  @Override
  public void init(PluginContext context, Map<String, String> settings) {
    connect(context);
    CURRENT.set(this);
    start();
  }

  void start() {
    connected().renewer().start();
  }

  /** Without a thread and unknown to {@link #current()}. */
  void connect(PluginContext context) {
    FolderProver prover = new FolderProver(context.executorID(), threads, wake::release);
    Thread renewer = DriverCoordinator.daemon(this::renewForever, "penstock-lease");
    connection = new Connection(context, prover, renewer, new CallMeter(context.metricRegistry()));
  }

  private Connection connected() {
    Connection known = connection;
    if (known == null) {
      throw new IllegalStateException("Spark has not started the plugin");
    }
    return known;
  }

  @Override
  public String executorId() {
    return connected().context().executorID();
  }

  @Override
  public CallMeter meter() {
    return connected().meter();
  }

  /** Asks the driver once per run and keeps it in memory. */
  @Override
  public HeldSecrets secrets(String provider) {
    return secrets.computeIfAbsent(
        provider, name -> askForSecrets(new SecretAsk(name, SecretAsk.ANY)));
  }

  @Override
  public CompletableFuture<HeldSecrets> secretsInstead(String provider, int refused) {
    Map<String, HeldSecrets> ofRun = secrets;
    return CompletableFuture.supplyAsync(
        () -> {
          HeldSecrets held = askForSecrets(new SecretAsk(provider, refused));
          ofRun.put(provider, held);
          return held;
        },
        threads);
  }

  /** Asks until the driver has read them. */
  private HeldSecrets askForSecrets(SecretAsk ask) {
    try {
      while (true) {
        HeldSecrets held = ((SecretReply) ask(connected().context(), ask)).held();
        if (held != null) {
          return held;
        }
        TimeUnit.NANOSECONDS.sleep(QUIET_INTERVAL.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while asking for " + ask, e);
    } catch (Exception e) { // as Spark declares it
      throw new IllegalStateException(
          "The driver could not be asked for the secrets of provider " + ask.provider(), e);
    }
  }

  /** The agent stops and closes it when the driver says so. */
  @Override
  public void attach(Participant participant) {
    attachments.attach(participant, lease.asksBegun());
    hurry();
  }

  @Override
  public void hurry() {
    wake.release();
  }

  @Override
  public CompletableFuture<Void> whenLeased(String runId) {
    boolean first = !lease.hasWaiters();
    CompletableFuture<Void> leased = lease.whenLeased(runId);
    if (first && !leased.isDone()) {
      wake.release();
    }
    return leased;
  }

  /** Until each other has renewed since, so that Spark's word on it is fresh, or is given up. */
  @Override
  public void awaitQuiet(String runId) throws InterruptedException {
    long since = QuietAsk.FIRST;
    while (true) {
      QuietReply reply = askWhetherQuiet(new QuietAsk(executorId(), runId, since));
      if (reply != null && reply.over() != null) {
        throw new CallsStoppedException(reply.over());
      }
      if (reply != null && reply.quiet()) {
        return;
      }
      since = reply == null ? since : reply.mark();
      TimeUnit.NANOSECONDS.sleep(QUIET_INTERVAL.toNanos());
    }
  }

  /** Null when the driver could not be asked. */
  private @Nullable QuietReply askWhetherQuiet(QuietAsk ask) throws InterruptedException {
    try {
      return (QuietReply) ask(connected().context(), ask);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) { // as Spark declares it
      LOG.debug("The driver could not be asked whether the others are quiet", e);
      return null;
    }
  }

  private void renewForever() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        renewOrReport();
        Duration interval = attachments.isEmpty() ? IDLE_INTERVAL : RENEWAL_INTERVAL;
        wake.tryAcquire(interval.toNanos(), TimeUnit.NANOSECONDS);
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      LOG.debug("The agent ends");
    }
  }

  /**
   * An ask may block for as long as spark.rpc.askTimeout; the lease runs out meanwhile. Whatever
   * goes wrong, the thread goes on: without it this executor would wait for ever.
   */
  private void renewOrReport() throws InterruptedException {
    try {
      renew();
      failing = false;
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      if (failing) {
        LOG.debug("The driver could not be asked for the lease", e);
      } else {
        LOG.warn("The driver could not be asked for the lease; asking on: {}", e.toString());
      }
      failing = true;
    }
  }

  /**
   * Asks the driver once.
   *
   * @throws Exception as Spark declares it; nothing has changed then
   */
  void renew() throws Exception {
    Connection to = connected();
    List<Activity> activities = attachments.activities();
    PluginContext context = to.context();
    Renewal renewal = new Renewal(context.executorID(), HOST, activities, to.prover().proof());
    Ask ask = lease.ask();
    RenewalReply reply = (RenewalReply) ask(context, renewal);
    lease.answered(ask, reply);
    attachments.answered(ask, activities, reply);
    to.prover().answered(reply);
    forgetSecretsOfOthers(reply.token());
  }

  private void forgetSecretsOfOthers(@Nullable String token) {
    if (token != null && !token.equals(secretsToken)) {
      secretsToken = token;
      secrets = new ConcurrentHashMap<>();
    }
  }

  @Override
  public void shutdown() {
    CURRENT.compareAndSet(this, null);
    connected().renewer().interrupt();
    String reason = "the executor shuts down";
    lease.close(reason);
    awaitClosed(attachments.closeAll(reason));
    secrets = new ConcurrentHashMap<>();
  }

  private static void awaitClosed(CompletableFuture<Void> closed) {
    try {
      closed.get(SHUTDOWN_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("A runtime has not closed in time: {}", e.toString());
    }
  }

  private static Object ask(PluginContext driver, Object message) throws Exception {
    return Wire.read((byte[]) driver.ask(Wire.write(message)));
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "without a name";
    }
  }
}
