package io.penstock.cluster;

import com.codahale.metrics.MetricRegistry;
import io.penstock.domain.ProviderSecrets;
import io.penstock.limit.Governor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor of a session without Penstock's plugin: nobody leases it anything, so it governs by
 * itself the part of the limits that was dealt to it. It does not notice when its driver is gone,
 * nor what other executors do. Thread-safe.
 */
public final class UndrivenExecutor implements ExecutorLink {
  private static final Logger LOG = LoggerFactory.getLogger(UndrivenExecutor.class);

  private final String executorId;
  private final Governor governor;
  private final SecretBook secrets;
  private final Runnable detached;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> DriverCoordinator.daemon(task, "penstock-lease"));
  private @Nullable Participant participant;

  /**
   * @param governor of this executor's part
   * @param secrets reads a provider's on this machine
   * @param detached told when the renewals have ended
   */
  public UndrivenExecutor(
      String executorId,
      Governor governor,
      Function<String, ProviderSecrets> secrets,
      Runnable detached) {
    this.executorId = executorId;
    this.governor = governor;
    this.secrets = new SecretBook(secrets, timer);
    this.detached = detached;
  }

  @Override
  public String executorId() {
    return executorId;
  }

  /** Without the plugin Spark's metrics system does not see it. */
  @Override
  public CallMeter meter() {
    return new CallMeter(new MetricRegistry());
  }

  @Override
  public HeldSecrets secrets(String provider) {
    return secrets.read(provider);
  }

  @Override
  public CompletableFuture<HeldSecrets> secretsInstead(String provider, int refused) {
    return secrets.instead(provider, refused);
  }

  @Override
  public synchronized void attach(Participant attached) {
    participant = attached;
    timer.scheduleAtFixedRate(
        () -> renew(attached), 0, ExecutorAgent.RENEWAL_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public synchronized void hurry() {
    Participant attached = participant;
    if (attached != null && !timer.isShutdown()) {
      timer.execute(() -> renew(attached));
    }
  }

  private void renew(Participant attached) {
    long askedNanos = System.nanoTime();
    try {
      attached.allow(
          governor.renew(executorId, attached.reports()), askedNanos + Lease.LIFE.toNanos());
    } catch (RuntimeException e) {
      LOG.warn("An allowance could not be renewed; trying on", e); // the timer would stop for good
    }
  }

  /** Ends the renewals. */
  public void detach() {
    synchronized (this) {
      timer.shutdownNow();
    }
    detached.run();
  }

  @Override
  public CompletableFuture<Void> whenLeased(String runId) {
    return CompletableFuture.completedFuture(null);
  }

  /** Cannot know: what another executor began may be called again. */
  @Override
  public void awaitQuiet(String runId) {}
}
