package io.penstock.simulator.batch;

import io.penstock.domain.TokenUsage;
import java.nio.ByteBuffer;

/**
 * What is remembered of a request that a batch has done.
 *
 * @param succeeded false where it ended in an error, which is not billed
 * @param identity a hash of its body
 * @param usage none where it did not succeed
 */
public record DoneRequest(boolean succeeded, String model, long identity, TokenUsage usage) {
  static final int BYTES = 1 + Integer.BYTES + 7 * Long.BYTES;

  void put(ByteBuffer bytes, int modelNumber) {
    bytes.put((byte) (succeeded ? 1 : 0)).putInt(modelNumber).putLong(identity);
    bytes
        .putLong(usage.inputTokens())
        .putLong(usage.cacheReadInputTokens())
        .putLong(usage.cacheCreationInputTokens())
        .putLong(usage.longCacheCreationInputTokens())
        .putLong(usage.outputTokens())
        .putLong(usage.reasoningOutputTokens());
  }
}
