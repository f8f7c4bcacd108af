package io.penstock.batch;

import io.penstock.provider.ProviderBatch;
import io.penstock.provider.ProviderBatch.Counts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Says how far a batch has come: counts, age, expected end. */
final class BatchNews {
  private final InstantSource clock;

  BatchNews(InstantSource clock) {
    this.clock = clock;
  }

  String line(Watched each) {
    String id = each.batch.batchId();
    String name =
        "batch %s%s with %s"
            .formatted(
                each.batch.key(),
                id == null ? "" : " (" + id + ")",
                each.batch.intent().accountModel());
    ProviderBatch seen = each.seen;
    if (seen == null) {
      String requests = ": %,d requests, ".formatted(each.batch.intent().size().requests());
      return name
          + requests
          + (each.batch.mayExist()
              ? each.batch.isInDoubt() ? "may have been created" : "not seen yet"
              : "not sent yet");
    }
    Counts counts = seen.counts();
    Duration age = Duration.between(each.batch.creatingAt(), clock.instant());
    return "%s: %s, %,d of %,d done, %,d failed, %s old%s"
        .formatted(
            name,
            seen.state().name().toLowerCase(Locale.ROOT),
            counts.completed() + counts.failed(),
            each.batch.intent().size().requests(),
            counts.failed(),
            words(age),
            seen.state().hasEnded() ? "" : end(seen, each.batch, age));
  }

  /** By its pace so far, never later than it expires. */
  private String end(ProviderBatch seen, PendingBatch batch, Duration age) {
    long done = seen.counts().completed() + seen.counts().failed();
    Instant expires = seen.expiresAt();
    if (done == 0) {
      return expires == null ? "" : ", expires " + expires;
    }
    double factor = (double) batch.intent().size().requests() / done;
    Instant expected = batch.creatingAt().plusSeconds((long) (age.toSeconds() * factor));
    Instant end = expires != null && expires.isBefore(expected) ? expires : expected;
    return ", expected to end " + end.truncatedTo(ChronoUnit.SECONDS);
  }

  private static String words(Duration time) {
    long minutes = time.toMinutes();
    return minutes == 0 ? time.toSeconds() + " s" : minutes + " min";
  }
}
