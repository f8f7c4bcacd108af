package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.Pressure;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Details;
import java.time.Duration;
import java.time.InstantSource;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * What the statuses outside 2xx mean that come back for one model.
 *
 * @param url of its calls
 */
record Refusals(ModelSettings model, ModelCodec codec, HttpUrl url, InstantSource clock) {
  ProviderException of(HttpAnswer answer) {
    Duration retryAfter = RetryDelay.read(answer, clock).orElse(null);
    ProviderException refusal = meaning(answer, retryAfter);
    Details told = refusal.details();
    Details details = retryAfter == null ? told : told.withRetryAfter(retryAfter);
    boolean isUntold =
        refusal.kind() == FailureKind.RATE_LIMITED && told.pressure() == Pressure.NONE;
    if (isUntold && isRate(answer, retryAfter)) {
      details = details.withPressure(Pressure.TOO_FAST);
    }
    return refusal.with(String.valueOf(refusal.getMessage()), details);
  }

  private ProviderException meaning(HttpAnswer answer, @Nullable Duration retryAfter) {
    if (answer.status() == ProxyRefusedException.STATUS) {
      String server = Route.describe(model.endpoint(), url);
      return new ProxyRefusedException(answer.status()).refusal(server);
    }
    return answer.status() / 100 == 3 ? redirect(answer) : codec.refusal(answer, retryAfter);
  }

  /**
   * Whether a refusal whose words do not tell which limit was met is of a rate. One that says when
   * to come again, and nothing else, is taken for it: of too many calls at once nobody knows when
   * they end.
   */
  private static boolean isRate(HttpAnswer answer, @Nullable Duration retryAfter) {
    return RateHeaders.sayUsedUp(answer) || (retryAfter != null && !RateHeaders.areIn(answer));
  }

  /** Names the host only: the rest of the address may hold secrets. */
  private ProviderException redirect(HttpAnswer answer) {
    HttpUrl target = answer.header("location").map(url::resolve).orElse(null);
    String message =
        "HTTP %d points to %s and is not followed; correct base_url of provider %s"
            .formatted(
                answer.status(),
                target == null ? "no other address" : target.scheme() + "://" + target.host(),
                model.endpoint().name());
    return StatusClassifier.classify(answer.status()).exception(answer.status(), message);
  }
}
