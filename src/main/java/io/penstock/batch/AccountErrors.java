package io.penstock.batch;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderBatch;
import java.util.Map;

/** Errors of a failed batch that every other batch of the account would meet too. */
final class AccountErrors {
  /**
   * By what the error begins with. Source: codes that users report of OpenAI and Azure, 2026-11.
   */
  private static final Map<String, FailureKind> CODES =
      Map.of(
          "billing_hard_limit_reached", FailureKind.QUOTA_EXHAUSTED,
          "insufficient_quota", FailureKind.QUOTA_EXHAUSTED,
          "model_not_found", FailureKind.NOT_FOUND);

  private AccountErrors() {}

  static void throwIfOfAll(ProviderBatch failed) {
    String error = String.valueOf(failed.error());
    CODES.forEach(
        (code, kind) -> {
          if (error.startsWith(code)) {
            throw new BatchStoppedException(new Carrier.Trouble(kind, false, error));
          }
        });
  }
}
