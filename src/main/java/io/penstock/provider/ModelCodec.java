package io.penstock.provider;

import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;

/** Writes the requests and reads the answers of one model. Thread-safe; does no I/O. */
public interface ModelCodec {
  /** Appended to the endpoint's base URL; begins with a slash. */
  String path();

  /** The JSON body, UTF-8. */
  byte[] encode(InferenceRequest request);

  /**
   * Reads the body of a 2xx answer.
   *
   * @throws ProviderException when there is no usable answer in it
   */
  Completion decode(InferenceRequest request, byte[] body) throws ProviderException;

  /** What a status outside 2xx means. */
  ProviderException refusal(HttpAnswer answer);
}
