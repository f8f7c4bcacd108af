package io.penstock.batch;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves the lines of batches, which never pass through the driver. Batches of one call are moved
 * beside each other; each has its own report. Nothing is sent twice, whatever fails.
 */
public interface Carrier {
  /** Uploads the files of batches whose provider wants that. */
  List<Sent> upload(List<PendingBatch> batches) throws IOException, InterruptedException;

  /** Creates batches of their lines; of one that was uploaded not by this. */
  List<Sent> create(List<PendingBatch> batches) throws IOException, InterruptedException;

  /** Brings results into the store; again it changes nothing. */
  List<Harvest> harvest(List<Ripe> batches) throws IOException, InterruptedException;

  /**
   * @param id of the upload or the batch; null where it was refused
   */
  record Sent(String key, @Nullable String id, @Nullable Trouble trouble) implements Serializable {
    public static Sent as(String key, String id) {
      return new Sent(key, id, null);
    }

    public static Sent refused(String key, Trouble trouble) {
      return new Sent(key, null, trouble);
    }
  }

  /** A batch that has ended. */
  record Ripe(PendingBatch batch, ProviderBatch seen) implements Serializable {}

  /**
   * @param answered requests with an answer
   * @param failed requests that failed for good
   * @param trouble why the results could not be read to their end; null: they were
   * @param stop what a request was refused for that every other would be; null: nothing
   */
  record Harvest(
      String key, long answered, long failed, @Nullable Trouble trouble, @Nullable Trouble stop)
      implements Serializable {}

  /**
   * Why a provider did not do what it was asked.
   *
   * @param mayBeDone whether it may have, and its answer got lost
   */
  record Trouble(FailureKind kind, boolean mayBeDone, String message) implements Serializable {
    public static Trouble of(ProviderException failure) {
      return new Trouble(
          failure.kind(),
          failure.billing() == Billing.POSSIBLE,
          String.valueOf(failure.getMessage()));
    }

    /** Nobody can say what became of it. */
    public static Trouble unknown(String message) {
      return new Trouble(FailureKind.NETWORK, true, message);
    }
  }
}
