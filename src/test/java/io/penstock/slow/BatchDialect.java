package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/** How a provider's batches are asked for in a job file, and how it lists them. */
enum BatchDialect {
  OPENAI("gpt-4o-mini", "/v1", "/v1/batches?limit=100") {
    @Override
    boolean hasEnded(JsonNode batch) {
      return List.of("completed", "failed", "expired", "cancelled")
          .contains(batch.path("status").asText());
    }

    @Override
    long requests(JsonNode batch) {
      return batch.path("status").asText().equals("failed")
          ? 0
          : batch.at("/request_counts/total").asLong();
    }
  },
  ANTHROPIC("claude-haiku-4-5", "", "/v1/messages/batches?limit=100") {
    @Override
    boolean hasEnded(JsonNode batch) {
      return batch.path("processing_status").asText().equals("ended");
    }

    @Override
    long requests(JsonNode batch) {
      long requests = 0;
      for (JsonNode count : batch.path("request_counts")) {
        requests += count.asLong();
      }
      return requests;
    }
  };

  final String model;
  final String listPath;
  private final String basePath;

  BatchDialect(String model, String basePath, String listPath) {
    this.model = model;
    this.basePath = basePath;
    this.listPath = listPath;
  }

  abstract boolean hasEnded(JsonNode batch);

  /** Those that it was begun with. */
  abstract long requests(JsonNode batch);

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Under {@code providers} of a job file. */
  String provider(String origin) {
    return "{dialect: %s, batch: true, price_as: %1$s, api_key_env: null, base_url: \"%s%s\"}"
        .formatted(word(), origin, basePath);
  }
}
