package io.penstock.inference;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import java.math.BigDecimal;

/** A cent per token; no attempt costs more than five dollars. */
final class FlatPricing implements AttemptPricing {
  @Override
  public Usd cost(TokenUsage usage) {
    return new Usd(BigDecimal.valueOf(usage.inputTokens() + usage.outputTokens(), 2));
  }

  @Override
  public Usd worstCase(InferenceRequest request) {
    return Usd.of("5");
  }
}
