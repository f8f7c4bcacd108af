package io.penstock.provider;

import java.io.Serializable;

/**
 * What one batch may hold at the most, both above 0.
 *
 * @param maxBytes of all its lines, line feeds included
 */
public record BatchLimits(int maxRequests, long maxBytes) implements Serializable {
  public BatchLimits {
    if (maxRequests < 1 || maxBytes < 1) {
      throw new IllegalArgumentException(
          "A batch must hold something: at most %d requests, %d bytes"
              .formatted(maxRequests, maxBytes));
    }
  }
}
