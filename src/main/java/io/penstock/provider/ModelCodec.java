package io.penstock.provider;

import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Writes the requests and reads the answers of one model. Thread-safe; does no I/O. */
public interface ModelCodec {
  /** Appended to the endpoint's base URL; begins with a slash. */
  String path();

  /** The JSON body, UTF-8. */
  byte[] encode(InferenceRequest request);

  /**
   * A request that the server refuses as wrong before any work, and so at no cost, if it accepts
   * key and model; null where it can be asked for its models.
   */
  default byte @Nullable [] probe() {
    return null;
  }

  /**
   * Reads the body of a 2xx answer.
   *
   * @throws ProviderException when there is no usable answer in it
   */
  Completion decode(InferenceRequest request, byte[] body) throws ProviderException;

  /**
   * What a status outside 2xx means.
   *
   * @param retryAfter how long the provider asks to wait; null where its headers do not say
   */
  ProviderException refusal(HttpAnswer answer, @Nullable Duration retryAfter);
}
