package io.penstock.batch;

import io.penstock.provider.BatchProvider;
import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the provider has a batch whose creation was announced and never confirmed.
 * Where the provider keeps our tags, the list of batches tells; where it does not, the results of
 * each unknown batch that could be it.
 */
final class Adoption {
  /** By how much clocks may differ. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  /** A tag is sure, so that a clock may be quite wrong. */
  private static final Duration SKEW_WITH_TAGS = Duration.ofDays(1);

  private final Desk desk;

  Adoption(Desk desk) {
    this.desk = desk;
  }

  /**
   * @param id of the batch; null where there is none
   */
  record Verdict(@Nullable String id) {}

  /** Empty while it cannot be told. */
  Optional<Verdict> look(Watched doubtful) throws IOException {
    PendingBatch batch = doubtful.batch;
    BatchProvider provider = desk.provider(batch);
    List<ProviderBatch> listed;
    try {
      Duration skew = provider.uploadsFirst() ? SKEW_WITH_TAGS : SKEW;
      listed = provider.list(batch.creatingAt().minus(skew));
      Optional<Verdict> found =
          provider.uploadsFirst() ? tagged(listed, batch) : compared(listed, doubtful, provider);
      if (found.isPresent()) {
        return found;
      }
    } catch (ProviderException e) {
      BatchStoppedException.throwIfOfAccount(e);
      return Optional.empty();
    }
    boolean mayBeOne = !provider.uploadsFirst() && !candidates(listed, doubtful).isEmpty();
    Instant now = desk.time().clock().instant();
    return mayBeOne || now.isBefore(lookedForUntil(doubtful, now))
        ? Optional.empty()
        : Optional.of(new Verdict(null));
  }

  /**
   * Counted from this execution's first look at the earliest: what an earlier one began to send may
   * have been under way until shortly before.
   */
  private Instant lookedForUntil(Watched doubtful, Instant now) {
    Instant announced = doubtful.batch.creatingAt();
    Instant looked = doubtful.firstLook == null ? now : doubtful.firstLook;
    doubtful.firstLook = looked;
    return (looked.isAfter(announced) ? looked : announced).plus(desk.rules().adoptFor());
  }

  private static Optional<Verdict> tagged(List<ProviderBatch> listed, PendingBatch batch) {
    return listed.stream()
        .filter(one -> batch.key().equals(one.tags().get(Submission.KEY_TAG)))
        .findFirst()
        .map(one -> new Verdict(one.id()));
  }

  private Optional<Verdict> compared(
      List<ProviderBatch> listed, Watched doubtful, BatchProvider provider)
      throws IOException, ProviderException {
    for (ProviderBatch candidate : candidates(listed, doubtful)) {
      if (candidate.state().hasEnded()) {
        if (desk.ledger().holds(doubtful.batch, firstId(provider, candidate))) {
          return Optional.of(new Verdict(candidate.id()));
        }
        doubtful.others.add(candidate.id());
      }
    }
    return Optional.empty();
  }

  private List<ProviderBatch> candidates(List<ProviderBatch> listed, Watched doubtful)
      throws IOException {
    Set<String> known = desk.ledger().batchIds();
    int requests = doubtful.batch.intent().size().requests();
    return listed.stream()
        .filter(one -> one.counts().total() == requests)
        .filter(one -> !known.contains(one.id()) && !doubtful.others.contains(one.id()))
        .toList();
  }

  /** Ends the reading of results. */
  private static final class EnoughException extends IOException {
    private static final long serialVersionUID = 1L;
    private final String id;

    EnoughException(String id) {
      this.id = id;
    }
  }

  /** Empty where there are no results. */
  private static String firstId(BatchProvider provider, ProviderBatch ended)
      throws IOException, ProviderException {
    try {
      provider.results(
          ended,
          line -> {
            throw new EnoughException(line.customId());
          });
      return "";
    } catch (EnoughException e) {
      return e.id;
    }
  }
}
