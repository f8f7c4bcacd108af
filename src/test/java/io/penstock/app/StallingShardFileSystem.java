package io.penstock.app;

import io.penstock.cluster.DriverCoordinator;
import io.penstock.store.LocalDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * A local disk under {@code stalling://} on which the first reader of a shard waits until the
 * driver knows that the account is of no use, and then meets an error: its task is tried again when
 * the run has been stopped, as one of a lost executor may be.
 */
public final class StallingShardFileSystem extends LocalDisk {
  static final AtomicBoolean stalled = new AtomicBoolean();

  private static final long LIMIT_NANOS = Duration.ofSeconds(60).toNanos();

  public StallingShardFileSystem() {
    super("stalling");
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    if (path.toString().contains("/misses/") && !stalled.getAndSet(true)) {
      awaitStop();
      throw new IOException("the executor is lost");
    }
    return super.open(path, bufferSize);
  }

  private static void awaitStop() throws IOException {
    long startedNanos = System.nanoTime();
    while (DriverCoordinator.current().orElseThrow().accountStop().isEmpty()) {
      if (System.nanoTime() - startedNanos > LIMIT_NANOS) {
        throw new IOException("the account was not stopped");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }
}
