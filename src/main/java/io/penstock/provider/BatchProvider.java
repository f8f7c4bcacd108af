package io.penstock.provider;

import io.penstock.domain.InferenceRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * A provider's Batch API as one model uses it. Calls block until the provider has answered, and
 * never retry. Of {@link #upload} and {@link #create}, {@link ProviderException#billing} says
 * whether the provider may have done what was asked: POSSIBLE where the answer got lost, else it
 * did not. Thread-safe; holds no connections.
 */
public interface BatchProvider {
  /** What one batch may hold at the most, as the provider documents it. */
  BatchLimits limits();

  /** Whether requests are uploaded as a file first; else {@link #create} sends them. */
  boolean uploadsFirst();

  /**
   * A request as a line of a batch file, in UTF-8 and without a line feed. Its {@code custom_id} is
   * the fingerprint as people read it.
   */
  byte[] line(InferenceRequest request);

  /**
   * Uploads the lines as a file, which it streams.
   *
   * @return the provider's id of the file
   */
  String upload(BatchFile file) throws ProviderException;

  /**
   * Whether a batch can be created of an upload by now. Where that takes time, as with Azure, a
   * {@link #create} that comes too early is refused as OVERLOADED.
   *
   * @throws ProviderException INVALID_REQUEST when it never can
   */
  default boolean isUsable(String uploadId) throws ProviderException {
    return true;
  }

  /**
   * Creates a batch, of an uploaded file or of the lines themselves, which it streams. A full queue
   * is refused as RATE_LIMITED with a message in which {@link QueueLimit} finds it, unless the
   * batch fails over it later.
   */
  ProviderBatch create(BatchOrder order) throws ProviderException;

  /**
   * @throws ProviderException NOT_FOUND when there is none, which may be said of one just created
   */
  ProviderBatch retrieve(String batchId) throws ProviderException;

  /**
   * Batches of the account, whoever created them, that were created at or after {@code since};
   * newest first. Reads as many pages as that takes.
   */
  List<ProviderBatch> list(Instant since) throws ProviderException;

  /** Asks for a batch to be ended; one that has ended already stays as it is. */
  ProviderBatch cancel(String batchId) throws ProviderException;

  /**
   * Streams all results of a batch that has ended, in any order, some perhaps more than once. Lines
   * that are of no request are left out, and told in the log.
   *
   * @throws ProviderException when they cannot be read to their end; some were given by then
   * @throws IOException the taker's own
   */
  void results(ProviderBatch batch, ResultLines each) throws ProviderException, IOException;

  /** Deletes what the provider keeps of an upload. That it could not is told in the log only. */
  void forget(String uploadId);
}
