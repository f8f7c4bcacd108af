package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A proxy did not open the way to a server; nothing was sent to that. */
final class ProxyRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** HTTP's for a missing or wrong user. */
  static final int STATUS = 407;

  /** Tinyproxy's for a wrong password. */
  private static final int STATUS_OF_SOME = 401;

  /** How OkHttp 5 tells of any other status. */
  private static final Pattern OTHER_STATUS =
      Pattern.compile("Unexpected response code for CONNECT: (\\d{3})");

  private final int status;

  ProxyRefusedException(int status) {
    super("the proxy answered HTTP " + status);
    this.status = status;
  }

  /** Where that is the reason for which a call failed. */
  static Optional<ProxyRefusedException> of(IOException cause) {
    if (cause instanceof ProxyRefusedException refused) {
      return Optional.of(refused);
    }
    Matcher other = OTHER_STATUS.matcher(String.valueOf(cause.getMessage()));
    return other.matches()
        ? Optional.of(new ProxyRefusedException(Integer.parseInt(other.group(1))))
        : Optional.empty();
  }

  /**
   * What that means. What the proxy forbids it will forbid again, to all rows; what it could not do
   * may go well the next time.
   *
   * @param server for the message, with the proxy
   */
  ProviderException refusal(String server) {
    StatusClassifier.Verdict verdict =
        status / 100 == 4 && !isPassing()
            ? StatusClassifier.Verdict.notBilled(FailureKind.AUTHENTICATION)
            : StatusClassifier.Verdict.refused(FailureKind.NETWORK);
    String why =
        status == STATUS || status == STATUS_OF_SOME
            ? "the proxy asks for a user and password, or refuses those it was given"
            : "the proxy does not connect to the server";
    return verdict.exception(
        status, "HTTP " + status + " on the way to " + server + ", nothing was sent: " + why);
  }

  private boolean isPassing() {
    return status == 408 || status == 429;
  }
}
