package io.penstock.provider;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is created of.
 *
 * @param uploadId of the uploaded file; null where the lines are sent with the order
 * @param tags shown again with the batch by providers that upload first, else not sent: at most
 *     {@link #MAX_TAGS}, of at most {@link #MAX_TAG_CHARS} characters with values of at most {@link
 *     #MAX_TAG_VALUE_CHARS}
 */
public record BatchOrder(BatchFile file, @Nullable String uploadId, Map<String, String> tags) {
  /** OpenAI's limits for metadata. Source: its OpenAPI description, read 2026-11. */
  public static final int MAX_TAGS = 16;

  public static final int MAX_TAG_CHARS = 64;
  public static final int MAX_TAG_VALUE_CHARS = 512;

  public BatchOrder {
    tags = Map.copyOf(tags);
    boolean isTooLong =
        tags.entrySet().stream()
            .anyMatch(
                tag ->
                    tag.getKey().length() > MAX_TAG_CHARS
                        || tag.getValue().length() > MAX_TAG_VALUE_CHARS);
    if (tags.size() > MAX_TAGS || isTooLong) {
      throw new IllegalArgumentException("A batch cannot carry the tags " + tags);
    }
  }
}
