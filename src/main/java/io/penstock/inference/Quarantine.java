package io.penstock.inference;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;

/**
 * Tells a request that a provider cannot digest from a provider in trouble: it meets the same 5xx
 * again and again, while others are answered. Of one row; not thread-safe.
 */
final class Quarantine {
  /** Where one attempt of fifty fails by chance, four in a row are one row in six million. */
  static final int FAILURES = 4;

  private int status;
  private int failures;
  private long successesBefore;

  /**
   * @param successesOfAll attempts of the account that have been answered so far
   * @return whether the row is not worth another attempt
   */
  boolean holds(ProviderException failure, long successesOfAll) {
    if (failure.kind() != FailureKind.SERVER_ERROR) {
      return false;
    }
    boolean again = failure.status() == status && successesOfAll > successesBefore;
    failures = again ? failures + 1 : 1;
    status = failure.status();
    successesBefore = successesOfAll;
    return failures >= FAILURES;
  }
}
