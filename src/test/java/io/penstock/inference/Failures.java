package io.penstock.inference;

import io.penstock.domain.FailureKind;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.time.Duration;

/** What providers throw, as the adapters make it. */
final class Failures {
  private Failures() {}

  static ProviderException rateLimited() {
    return rateLimited(null);
  }

  static ProviderException rateLimited(Duration retryAfter) {
    return new ProviderException(
        FailureKind.RATE_LIMITED,
        Billing.REFUSED,
        429,
        "slow down",
        Details.retryAfter(retryAfter).withPressure(Pressure.TOO_FAST));
  }

  static ProviderException serverError() {
    return of(FailureKind.SERVER_ERROR, Billing.NOT_BILLED, 500);
  }

  static ProviderException timeout() {
    return of(FailureKind.TIMEOUT, Billing.POSSIBLE, 0);
  }

  static ProviderException authentication() {
    return of(FailureKind.AUTHENTICATION, Billing.REFUSED, 401);
  }

  /** An answer that came, whose tokens are known, and that is of no use. */
  static ProviderException billed(TokenUsage usage) {
    return new ProviderException(
        FailureKind.UNREADABLE_RESPONSE,
        Billing.BILLED,
        200,
        "no choices",
        new Details(null, usage, "{}"));
  }

  static ProviderException of(FailureKind kind, Billing billing, int status) {
    return new ProviderException(kind, billing, status, kind + " happened", Details.NONE);
  }
}
