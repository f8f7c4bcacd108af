package io.penstock.cluster;

import io.penstock.cluster.Messages.Proof;
import io.penstock.cluster.Messages.RenewalReply;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor's side of the proof that it sees the driver's folders: reads the driver's token in
 * each and writes one of its own. Tries again at the next reply when it fails, since a shared mount
 * may show a new file late. Thread-safe; reads and writes on the threads given.
 */
final class FolderProver {
  /** After as many failed tries, a second apart, the driver is told. */
  static final int TRIES = 3;

  private static final Logger LOG = LoggerFactory.getLogger(FolderProver.class);

  private final String executorId;
  private final Executor threads;
  private final Runnable changed;
  private @Nullable String token;
  private @Nullable Proof proof;
  private boolean trying;
  private int failures;

  /**
   * @param changed told when there is something to tell the driver
   */
  FolderProver(String executorId, Executor threads, Runnable changed) {
    this.executorId = executorId;
    this.threads = threads;
    this.changed = changed;
  }

  /** What the driver should know by now. */
  synchronized @Nullable Proof proof() {
    return proof;
  }

  synchronized void answered(RenewalReply reply) {
    String current = reply.token();
    if (current == null || !current.equals(token)) {
      token = current;
      proof = null;
      failures = 0;
      trying = false;
    }
    RunOrder order = reply.proofOrder();
    if (current != null && order != null && proof == null && !trying) {
      trying = true;
      threads.execute(() -> prove(order, current));
    }
  }

  private void prove(RunOrder order, String driverToken) {
    String file = executorId + "-" + UUID.randomUUID().toString().substring(0, 8);
    String ownToken = UUID.randomUUID().toString();
    String failure = null;
    for (String folder : order.sharedFolders()) {
      failure = failure == null ? visit(order, folder, driverToken, file, ownToken) : failure;
    }
    if (!ended(new Proof(driverToken, file, ownToken, failure))) {
      withdraw(order, file);
    } else if (proof() != null) {
      changed.run();
    }
  }

  /** Null when all is well with the folder. */
  private static @Nullable String visit(
      RunOrder order, String folder, String driverToken, String file, String ownToken) {
    try {
      TokenFiles.expect(order, folder, TokenFiles.DRIVER, driverToken);
      TokenFiles.write(order, folder, file, ownToken);
      return null;
    } catch (IOException | RuntimeException e) {
      LOG.debug("No proof for folder {}", folder, e);
      return "folder " + folder + ": " + e.getMessage();
    }
  }

  /** False: the run is over meanwhile, nobody deletes the files any more. */
  private synchronized boolean ended(Proof result) {
    if (!result.token().equals(token)) {
      return false;
    }
    trying = false;
    failures += result.failure() == null ? 0 : 1;
    if (result.failure() == null || failures >= TRIES) {
      proof = result;
    }
    return true;
  }

  private static void withdraw(RunOrder order, String file) {
    for (String folder : order.sharedFolders()) {
      try {
        TokenFiles.delete(order, folder, file);
      } catch (IOException | RuntimeException e) {
        LOG.debug("A token file stays in folder {}", folder, e);
      }
    }
  }
}
