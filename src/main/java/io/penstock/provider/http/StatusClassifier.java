package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;

/**
 * What an HTTP status outside 2xx means where the body does not say more; the dialects refine it.
 * Source: the error tables of the OpenAI and Anthropic references and of common gateways, read
 * 2026-11.
 */
public final class StatusClassifier {
  private StatusClassifier() {}

  /** What a refusal means and what it may have cost. */
  public record Verdict(FailureKind kind, Billing billing) {
    /** A refusal that the provider does not bill. */
    public static Verdict notBilled(FailureKind kind) {
      return new Verdict(kind, Billing.NOT_BILLED);
    }

    /** A refusal before any work began. */
    public static Verdict refused(FailureKind kind) {
      return new Verdict(kind, Billing.REFUSED);
    }

    public ProviderException exception(int status, String message) {
      return new ProviderException(kind, billing, status, message, Details.NONE);
    }

    /** With what the provider says of it. */
    public ProviderException exception(int status, ErrorBody error) {
      Details details =
          Details.retryAfter(error.retryDelay().orElse(null)).withPressure(error.pressure());
      return new ProviderException(kind, billing, status, error.describe(status), details);
    }
  }

  /** Of redirects too: they are not followed, so the address is wrong. */
  public static Verdict classify(int status) {
    return switch (status) {
      case 401, 403, 407 -> Verdict.notBilled(FailureKind.AUTHENTICATION);
      case 402 -> Verdict.notBilled(FailureKind.QUOTA_EXHAUSTED);
      case 404, 405, 410 -> Verdict.notBilled(FailureKind.NOT_FOUND);
      // 424: the container of a hosted model failed
      case 409, 424 -> Verdict.notBilled(FailureKind.SERVER_ERROR);
      case 429 -> Verdict.refused(FailureKind.RATE_LIMITED);
      // 498: Groq's flex tier without capacity; 529: Anthropic
      case 498, 503, 529 -> Verdict.refused(FailureKind.OVERLOADED);
      // a gateway or CDN gave up waiting: the model may have run
      case 408, 504, 520, 521, 522, 523, 524 -> new Verdict(FailureKind.TIMEOUT, Billing.POSSIBLE);
      default -> byClass(status);
    };
  }

  private static Verdict byClass(int status) {
    return switch (status / 100) {
      case 3 -> Verdict.notBilled(FailureKind.NOT_FOUND);
      case 4 -> Verdict.notBilled(FailureKind.INVALID_REQUEST);
      default -> Verdict.notBilled(FailureKind.SERVER_ERROR);
    };
  }
}
