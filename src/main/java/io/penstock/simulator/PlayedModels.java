package io.penstock.simulator;

import io.penstock.domain.TokenUsage;
import io.penstock.simulator.Generation.Generated;
import io.penstock.simulator.PromptCache.Use;
import java.time.InstantSource;

/** Answers a request as its model would, by itself or in a batch. Thread-safe. */
final class PlayedModels {
  private final ModelCatalog catalog;
  private final Generation generation;
  private final PromptCache cache;
  private final InstantSource clock;

  PlayedModels(
      ModelCatalog catalog, Generation generation, PromptCache cache, InstantSource clock) {
    this.catalog = catalog;
    this.generation = generation;
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * @param body in the dialect's format
   */
  record Played(TokenUsage usage, byte[] body) {}

  Played answer(SimulatedRequest request, long inputTokens, WireDialect dialect) {
    Generated generated = generation.of(request);
    Use use = cache.use(request, catalog.price(request.model()));
    TokenUsage usage =
        new TokenUsage(
            inputTokens,
            use.read(),
            use.written(),
            use.writtenForAnHour(),
            generated.outputTokens(),
            generated.thoughtTokens());
    return new Played(usage, dialect.answer(request, usage, generated.answer(), clock.instant()));
  }
}
