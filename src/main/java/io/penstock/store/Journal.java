package io.penstock.store;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Appends the entries of one executor JVM to segments of its own, as they come. Thread-safe; one
 * thread writes: it takes all that is queued, writes it, flushes once, and only then completes the
 * futures.
 *
 * <p>After a failed write nothing more is accepted: a call whose answer cannot be kept must not
 * start.
 */
public final class Journal implements Closeable {
  /** Version of the segments' format; written into the first line of each. */
  static final int FORMAT_VERSION = 1;

  /** Largest number of entries written with one flush; bounds the memory of a group. */
  private static final int MAX_GROUP = 1_000;

  private static final Pending END = new Pending(null, new CompletableFuture<>());

  private final Path segmentPrefix;
  private final Configuration hadoop;
  private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  private @Nullable IOException failure;
  private boolean closed;

  private record Pending(StoreEntry entry, CompletableFuture<Void> flushed) {}

  /** The first line of a segment. */
  record Header(String format, int version) {
    static final Header CURRENT = new Header("penstock-journal", FORMAT_VERSION);
  }

  /**
   * Opens no file before the first entry.
   *
   * @param store folder of the completion store
   * @param executorId of this JVM
   */
  public Journal(String store, String runId, String executorId, Configuration hadoop) {
    String random = UUID.randomUUID().toString().substring(0, 8);
    this.segmentPrefix =
        new Path(JournalFiles.runFolder(store, runId), executorId + "-" + random + "-");
    this.hadoop = hadoop;
    this.writer = new Thread(this::writeAll, "penstock-journal");
    writer.setDaemon(true);
    writer.start();
  }

  /** Part of every entry id of this writer. */
  public String writerId() {
    return segmentPrefix.getName();
  }

  /**
   * Completes when the entry would outlive this process; exceptionally with an IOException when it
   * could not be written.
   */
  public CompletableFuture<Void> append(StoreEntry entry) {
    Pending pending = new Pending(entry, new CompletableFuture<>());
    IOException refusal = refusalOrQueue(pending);
    if (refusal != null) {
      pending.flushed().completeExceptionally(refusal);
    }
    return pending.flushed();
  }

  private synchronized @Nullable IOException refusalOrQueue(Pending pending) {
    if (failure != null) {
      return failure;
    }
    if (closed) {
      return new IOException("The journal " + segmentPrefix + "* is closed");
    }
    queue.add(pending);
    return null;
  }

  /** Writes what is queued and closes the segment. */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      queue.add(END);
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
    try (Segment segment = new Segment()) {
      boolean ended = false;
      while (!ended) {
        group.clear();
        group.add(queue.take());
        queue.drainTo(group, MAX_GROUP - 1);
        ended = group.remove(END);
        segment.write(group);
        group.forEach(pending -> pending.flushed().complete(null));
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(group, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(List<Pending> group, Throwable cause) {
    IOException why =
        new IOException(
            "The completion store's journal " + segmentPrefix + "* could not be written", cause);
    synchronized (this) {
      failure = why;
      queue.drainTo(group);
    }
    group.forEach(pending -> pending.flushed().completeExceptionally(why));
  }

  /** The file being written; made with the first group. */
  private final class Segment implements Closeable {
    private FSDataOutputStream out;

    void write(List<Pending> group) throws IOException {
      if (group.isEmpty()) {
        return;
      }
      if (out == null) {
        Path path = new Path(segmentPrefix + "0");
        FileSystem files = JournalFiles.open(path, hadoop);
        out = files.create(path, false);
        out.write(LineFrame.frame(EntryJson.write(Header.CURRENT)));
      }
      for (Pending pending : group) {
        out.write(LineFrame.frame(EntryJson.write(pending.entry())));
      }
      out.hflush();
    }

    @Override
    public void close() throws IOException {
      if (out != null) {
        out.close();
      }
    }
  }
}
