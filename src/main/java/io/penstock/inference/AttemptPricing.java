package io.penstock.inference;

import io.penstock.domain.InferenceRequest;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;

/** What attempts of one model cost; zero where no price is known. Thread-safe. */
public interface AttemptPricing {
  Usd cost(TokenUsage usage);

  /** An upper bound of what one attempt can cost. */
  Usd worstCase(InferenceRequest request);
}
