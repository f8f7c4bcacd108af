package io.penstock.store;

import io.penstock.store.LockFiles.Found;
import io.penstock.store.LockFiles.Holder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to run a job over a store: a lease in a file, renewed while it is held and judged by
 * the file system's own clock. A holder that was killed loses it after {@link #LIFE}; one that was
 * suspended for longer finds out at its next renewal that another took it. Thread-safe.
 */
public final class JobLock implements AutoCloseable {
  public static final Duration LIFE = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(JobLock.class);
  private static final Duration RENEWAL = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(500);

  private final LockFiles files;
  private long epoch;
  private final List<Runnable> lostListeners = new ArrayList<>();
  private final ScheduledExecutorService renewer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "penstock-lock");
            thread.setDaemon(true);
            return thread;
          });
  private Holder holder;
  private volatile long renewedNanos;
  private boolean lost;

  private JobLock(LockFiles files, long epoch, Holder holder, long takenNanos) {
    this.files = files;
    this.epoch = epoch;
    this.holder = holder;
    this.renewedNanos = takenNanos;
  }

  /**
   * Takes the lock; waits out a holder that shows no life.
   *
   * @throws LockHeldException when its holder renews it
   */
  public static JobLock take(String store, String job, Configuration hadoop)
      throws IOException, InterruptedException {
    LockFiles files = new LockFiles(store, job, hadoop);
    Found seen = Found.NONE;
    while (true) {
      Found found = files.highest();
      boolean renewed =
          found.epoch() == seen.epoch() && found.modifiedMillis() > seen.modifiedMillis();
      if (renewed && !found.holder().released()) {
        throw new LockHeldException(describe(job, found.holder()));
      }
      Optional<JobLock> taken = tryToTake(files, found);
      if (taken.isPresent()) {
        taken.get().keep();
        return taken.get();
      }
      seen = found;
      Thread.sleep(POLL.toMillis());
    }
  }

  /**
   * Takes the lock, however long a living holder keeps it.
   *
   * @param say told once, where there is one
   */
  public static JobLock await(String store, String job, Configuration hadoop, Consumer<String> say)
      throws IOException, InterruptedException {
    boolean told = false;
    while (true) {
      try {
        return take(store, job, hadoop);
      } catch (LockHeldException e) {
        if (!told) {
          say.accept("waiting: " + e.getMessage());
        }
        told = true;
      }
    }
  }

  private static Optional<JobLock> tryToTake(LockFiles files, Found found) throws IOException {
    boolean free =
        found.holder().released() || found.modifiedMillis() + LIFE.toMillis() < files.now();
    long takenNanos = System.nanoTime();
    long epoch = found.epoch() + 1;
    Holder self = self();
    if (!free || !files.create(epoch, self)) {
      return Optional.empty();
    }
    files.deleteBelow(epoch);
    return Optional.of(new JobLock(files, epoch, self, takenNanos));
  }

  private static Holder self() {
    return new Holder(
        host(), ProcessHandle.current().pid(), System.currentTimeMillis(), null, false);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }

  private static String describe(String job, Holder holder) {
    return "job "
        + job
        + " is being run by process "
        + holder.pid()
        + " on "
        + holder.host()
        + " since "
        + Instant.ofEpochMilli(holder.since())
        + (holder.runId() == null ? "" : " (run " + holder.runId() + ")")
        + ". Wait until it ends, stop it, or wait for it with --wait-for-lock";
  }

  private void keep() {
    renewer.scheduleWithFixedDelay(
        this::renew, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What cannot be renewed now is tried again; grants end by themselves meanwhile. */
  void renew() {
    try {
      if (!isRenewed()) {
        lose();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("The job's lock could not be renewed", e);
    }
  }

  /** False where another took it. */
  private boolean isRenewed() throws IOException {
    synchronized (files) {
      long before = System.nanoTime();
      if (files.highestEpoch() > epoch) {
        return false;
      }
      if (before - renewedNanos > LIFE.toNanos()) { // a contender may be taking it just now
        if (!files.create(epoch + 1, holder())) {
          return false;
        }
        epoch++;
      } else {
        files.write(epoch, holder());
      }
      renewedNanos = before;
      return true;
    }
  }

  private void lose() {
    List<Runnable> listeners;
    synchronized (this) {
      if (lost) {
        return;
      }
      lost = true;
      listeners = List.copyOf(lostListeners);
    }
    listeners.forEach(Runnable::run);
  }

  /** Tells who looks at the lock which run it is for. */
  public void runs(String runId) {
    synchronized (this) {
      holder = new Holder(holder.host(), holder.pid(), holder.since(), runId, false);
    }
    renewer.execute(this::renew);
  }

  private synchronized @Nullable Holder holder() {
    return holder;
  }

  /** Whether another took it. */
  public synchronized boolean isLost() {
    return lost;
  }

  /** Reading of {@link System#nanoTime} from before the last renewal that succeeded. */
  public long renewedNanos() {
    return renewedNanos;
  }

  /** Runs it when the lock is found lost, at once where that has been. */
  public void onLost(Runnable listener) {
    boolean already;
    synchronized (this) {
      lostListeners.add(listener);
      already = lost;
    }
    if (already) {
      listener.run();
    }
  }

  /** Releases it, unless another has it by now. */
  @Override
  public void close() {
    renewer.shutdown();
    try {
      renewer.awaitTermination(LIFE.toSeconds(), TimeUnit.SECONDS);
      if (files.highestEpoch() == epoch) {
        Holder last = holder();
        files.write(epoch, new Holder(last.host(), last.pid(), last.since(), last.runId(), true));
      }
    } catch (IOException e) {
      LOG.warn("The job's lock could not be released; it is free in {}", LIFE, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
