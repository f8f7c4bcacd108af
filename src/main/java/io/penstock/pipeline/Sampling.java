package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which of the input's rows a run takes, and how many answers it asks for.
 *
 * @param perRow answers for each row, at least 1
 * @param deduplicates whether rows with the same request share an answer
 * @param limit rows that are taken; null: all
 */
record Sampling(int perRow, boolean deduplicates, @Nullable Long limit) implements Serializable {
  /** One answer for each row, and for equal rows one together. */
  static final Sampling PLAIN = new Sampling(1, true, null);

  static Sampling of(JobSpec spec, RunMode mode) {
    return new Sampling(spec.samples(), spec.deduplicate(), mode.limit());
  }
}
