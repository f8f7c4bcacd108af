package io.penstock.provider;

import io.penstock.domain.Completion;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request of a batch: an answer or a failure, never both. Not billed where it
 * failed, unless the failure says so.
 *
 * @param customId as the line had it that was sent; any text, where somebody else sent it
 */
public record BatchLine(
    String customId, @Nullable Completion answer, @Nullable ProviderException failure) {
  public BatchLine {
    if ((answer == null) == (failure == null)) {
      throw new IllegalArgumentException("Line " + customId + " has neither or both");
    }
  }

  public static BatchLine answered(String customId, Completion answer) {
    return new BatchLine(customId, answer, null);
  }

  public static BatchLine failed(String customId, ProviderException failure) {
    return new BatchLine(customId, null, failure);
  }
}
