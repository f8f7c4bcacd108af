package io.penstock.store;

import io.penstock.domain.Fingerprint;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one executor JVM intends to call, and the entries of what it called, to segments of
 * its own, as they come. Thread-safe; one thread writes: it takes what gathered within a few
 * milliseconds, writes it, flushes once, and only then completes the futures.
 *
 * <p>Where the store shows a file only when it is closed, entries wait for that, intents do not.
 *
 * <p>After a failed write nothing more is accepted: a call whose answer cannot be kept must not
 * start.
 */
public final class Journal implements Closeable {
  /** Version of the segments' format; written into the first line of each. */
  static final int FORMAT_VERSION = 2;

  /** Largest number of lines written with one flush; bounds the memory of a group. */
  private static final int MAX_GROUP = 1_000;

  /**
   * Pause between two groups, in which the next one gathers: half of the 100 ms within which an
   * answer is to be kept. What comes later than this after a group is written at once.
   */
  private static final int LINGER_MILLIS = 50;

  private final SegmentWriter segments;
  private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Semaphore hurry = new Semaphore(0);
  private final Thread writer;
  private @Nullable IOException failure;
  private boolean closed;

  /** Written, but not promised yet; of the writing thread. */
  private List<Pending> unanswered = new ArrayList<>();

  /**
   * How much a file system must keep.
   *
   * @param sync whether an answer must outlive the machines' power, not just this process
   * @param window most calls that can be under way or intended per writer, at least 1; written into
   *     the header where the store cannot flush
   */
  public record Durability(boolean sync, int window) {
    public Durability {
      if (window < 1) {
        throw new IllegalArgumentException("window is " + window + ", must be at least 1");
      }
    }
  }

  /** What makes the line, on the writing thread. */
  private interface Line {
    void writeTo(SegmentWriter segments) throws IOException;
  }

  /** When a future completes. */
  private enum Promise {
    ACCEPTED,
    KEPT
  }

  private record Pending(Line line, Promise promise, CompletableFuture<Void> future) {}

  /**
   * Opens no file before the first line.
   *
   * @param store folder of the completion store
   * @param executorId of this JVM
   */
  public Journal(
      String store, String runId, String executorId, Durability durability, Configuration hadoop) {
    this(
        new SegmentWriter(
            JournalFiles.newWriter(store, runId, executorId),
            durability,
            hadoop,
            System::nanoTime));
  }

  /**
   * @param segments used by this journal's thread only
   */
  Journal(SegmentWriter segments) {
    this.segments = segments;
    this.writer = new Thread(this::writeAll, "penstock-journal");
    writer.setDaemon(true);
    writer.start();
  }

  /** Part of every entry id of this writer. */
  public String writerId() {
    return segments.writer().getName();
  }

  /**
   * Completes when the entry would outlive this process; exceptionally with an IOException when it
   * could not be written.
   */
  public CompletableFuture<Void> append(StoreEntry entry) {
    return enqueue(file -> file.entry(entry), Promise.KEPT);
  }

  /**
   * Says that a call is about to start, which it may once this completes: from then on it is in
   * doubt until it is settled or has an entry. Where the store cannot flush this completes when the
   * intent is accepted and the store knows this writer. Completes exceptionally with an IOException
   * when it could not be written.
   */
  public CompletableFuture<Void> intend(Intent intent) {
    return enqueue(file -> file.intent(intent), Promise.ACCEPTED);
  }

  /**
   * An intended call that leaves no entry: it was never started, or was refused and cost nothing.
   * Without effect after a failed write or the end: it is in doubt then.
   */
  public void settle(Fingerprint fingerprint) {
    enqueue(file -> file.settled(fingerprint), Promise.ACCEPTED);
  }

  /** Somebody waits for what is queued: it is written now. */
  public void hurry() {
    if (hurry.availablePermits() == 0) {
      hurry.release();
    }
  }

  private CompletableFuture<Void> enqueue(Line line, Promise promise) {
    Pending pending = new Pending(line, promise, new CompletableFuture<>());
    IOException refusal = refusalOrQueue(pending);
    if (refusal != null) {
      pending.future().completeExceptionally(refusal);
    }
    return pending.future();
  }

  private synchronized @Nullable IOException refusalOrQueue(Pending pending) {
    if (failure != null) {
      return failure;
    }
    if (closed) {
      return new IOException("The journal " + segments.writer() + "* is closed");
    }
    queue.add(pending);
    return null;
  }

  /**
   * Writes what is queued, and that this writer came to its orderly end: nothing of it is in doubt.
   *
   * @throws IOException when anything since the beginning could not be written
   */
  @Override
  public void close() throws IOException {
    endWith(SegmentWriter::end);
  }

  /**
   * Writes what is queued and ends without saying that this was all: what is intended and neither
   * settled nor answered stays in doubt, as after a kill. For the end with calls under way.
   *
   * @throws IOException when anything since the beginning could not be written
   */
  public void abandon() throws IOException {
    endWith(SegmentWriter::abandon);
  }

  private void endWith(Line end) throws IOException {
    synchronized (this) {
      if (!closed) {
        queue.add(new Pending(end, Promise.KEPT, new CompletableFuture<>()));
        closed = true;
        hurry.release();
      }
    }
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private void writeAll() {
    List<Pending> group = new ArrayList<>();
    try (segments) {
      while (!segments.isEnded()) {
        group.clear();
        takeInto(group);
        write(group);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(group, e);
    } catch (IOException | RuntimeException | Error e) {
      fail(group, e);
    }
  }

  /** Leaves the group empty when a segment has to be closed before anything comes. */
  private void takeInto(List<Pending> group) throws InterruptedException {
    if (queue.size() < MAX_GROUP) {
      // not by polling: each line would wake this thread
      hurry.tryAcquire(LINGER_MILLIS, TimeUnit.MILLISECONDS);
      hurry.drainPermits();
    }
    Pending first = queue.poll(segments.nanosUntilDue(), TimeUnit.NANOSECONDS);
    if (first != null) {
      group.add(first);
      queue.drainTo(group, MAX_GROUP - 1);
    }
  }

  private void write(List<Pending> group) throws IOException {
    for (Pending pending : group) {
      pending.line().writeTo(segments);
      unanswered.add(pending);
      if (segments.isFull()) {
        commit();
      }
    }
    commit();
  }

  private void commit() throws IOException {
    boolean kept = segments.commit();
    List<Pending> waiting = new ArrayList<>();
    for (Pending pending : unanswered) {
      if (kept || pending.promise() == Promise.ACCEPTED) {
        pending.future().complete(null);
      } else {
        waiting.add(pending);
      }
    }
    unanswered = waiting;
  }

  private void fail(List<Pending> group, Throwable cause) {
    IOException why =
        new IOException(
            "The completion store's journal " + segments.writer() + "* could not be written",
            cause);
    List<Pending> failed = new ArrayList<>(unanswered);
    failed.addAll(group); // completing again those that are complete does nothing
    synchronized (this) {
      failure = why;
      queue.drainTo(failed);
    }
    failed.forEach(pending -> pending.future().completeExceptionally(why));
  }
}
