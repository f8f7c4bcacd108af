package io.penstock.provider;

import io.penstock.domain.FailureKind;
import io.penstock.domain.TokenUsage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One attempt that brought no usable answer. The message says what happened and holds no key. */
public final class ProviderException extends Exception {
  /** What the attempt may have cost. */
  public enum Billing {
    /** Refused before any work began; does not count towards {@code retry.max_attempts}. */
    REFUSED,
    /** The provider began and failed; not billed by its own rules. */
    NOT_BILLED,
    /** Sent, and no readable answer came back: it may have run. */
    POSSIBLE,
    /** An answer came whose usage is known and whose content is of no use. */
    BILLED
  }

  private final FailureKind kind;
  private final Billing billing;
  private static final int TOO_MANY_REQUESTS = 429;

  private final int status;
  private final transient Details details;
  private final boolean superseded;

  /**
   * @param retryAfter how long the provider asks to wait; null where it does not say
   * @param usage only with {@link Billing#BILLED}
   * @param rawBody the beginning of what came back, for {@link FailureKind#UNREADABLE_RESPONSE};
   *     else empty
   * @param pressure as the provider's words and headers tell it; NONE where they do not
   */
  public record Details(
      @Nullable Duration retryAfter,
      @Nullable TokenUsage usage,
      String rawBody,
      Pressure pressure) {
    public static final Details NONE = new Details(null, null, "");

    public Details(@Nullable Duration retryAfter, @Nullable TokenUsage usage, String rawBody) {
      this(retryAfter, usage, rawBody, Pressure.NONE);
    }

    public static Details retryAfter(@Nullable Duration retryAfter) {
      return new Details(retryAfter, null, "");
    }

    public Details withRetryAfter(@Nullable Duration other) {
      return new Details(other, usage, rawBody, pressure);
    }

    public Details withRawBody(String other) {
      return new Details(retryAfter, usage, other, pressure);
    }

    public Details withPressure(Pressure other) {
      return new Details(retryAfter, usage, rawBody, other);
    }
  }

  /**
   * @param status HTTP status; 0 where no answer came
   */
  public ProviderException(
      FailureKind kind, Billing billing, int status, String message, Details details) {
    super(message);
    this.kind = kind;
    this.billing = billing;
    this.status = status;
    this.details = details;
    this.superseded = false;
  }

  /** Of an attempt that another key would have served. */
  private ProviderException(ProviderException failure) {
    super(failure.getMessage(), failure.getCause());
    this.kind = failure.kind;
    this.billing = Billing.REFUSED;
    this.status = failure.status;
    this.details = failure.details;
    this.superseded = true;
  }

  /** Of a request that could not even be written: it was not sent, and would fail again. */
  public static ProviderException unwritable(RuntimeException why) {
    String message = "The request could not be written: " + why.getClass().getName();
    return new ProviderException(
        FailureKind.INVALID_REQUEST, Billing.NOT_BILLED, 0, message, Details.NONE);
  }

  public FailureKind kind() {
    return kind;
  }

  public Billing billing() {
    return billing;
  }

  public int status() {
    return status;
  }

  public boolean isTooManyRequests() {
    return status == TOO_MANY_REQUESTS;
  }

  public Details details() {
    return details;
  }

  /** What it says of the account's limits; of a RATE_LIMITED that does not say, TOO_MANY. */
  public Pressure pressure() {
    return switch (kind) {
      case OVERLOADED -> Pressure.OVERLOADED;
      case RATE_LIMITED ->
          details.pressure() == Pressure.TOO_FAST ? Pressure.TOO_FAST : Pressure.TOO_MANY;
      default -> Pressure.NONE;
    };
  }

  /**
   * The same of an attempt whose key has been replaced since: it is to be tried again at once, and
   * says nothing of the account.
   */
  public ProviderException superseded() {
    return new ProviderException(this);
  }

  public boolean isSuperseded() {
    return superseded;
  }

  /** The same of a call that may have cost something else. */
  public ProviderException withBilling(Billing other) {
    return as(kind, other);
  }

  /** The same where more is known of what it means. */
  public ProviderException as(FailureKind otherKind, Billing otherBilling) {
    ProviderException copy =
        new ProviderException(otherKind, otherBilling, status, getMessage(), details);
    copy.initCause(getCause());
    copy.setStackTrace(getStackTrace());
    return copy;
  }

  /** The same with another message and other details, keeping the cause and stack. */
  public ProviderException with(String message, Details details) {
    ProviderException copy = new ProviderException(kind, billing, status, message, details);
    copy.initCause(getCause());
    copy.setStackTrace(getStackTrace());
    return copy;
  }
}
