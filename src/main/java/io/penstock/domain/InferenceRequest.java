package io.penstock.domain;

import java.io.Serializable;
import java.util.List;

/**
 * One distinct request: what is called at most once per run, however many rows ask for it.
 *
 * @param modelName the job's name for the model
 * @param messages at least one
 */
public record InferenceRequest(Fingerprint fingerprint, String modelName, List<Message> messages)
    implements Serializable {
  public InferenceRequest {
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("Request " + fingerprint + " has no messages");
    }
  }
}
