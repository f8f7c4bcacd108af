package io.penstock.domain;

import java.io.Serializable;
import java.util.List;

/**
 * One distinct request: what is called at most once per run, however many rows ask for it.
 *
 * @param modelName the job's name for the model
 * @param messages at least one
 * @param measure of its messages
 */
public record InferenceRequest(
    Fingerprint fingerprint, String modelName, List<Message> messages, Measure measure)
    implements Serializable {
  public InferenceRequest {
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("Request " + fingerprint + " has no messages");
    }
  }

  /** A request that was not measured. */
  public InferenceRequest(Fingerprint fingerprint, String modelName, List<Message> messages) {
    this(fingerprint, modelName, messages, Measure.NONE);
  }

  /**
   * What was found out about a prompt before any call.
   *
   * @param countedInputTokens by our own encoding; 0: not counted
   * @param promptHash of the messages alone, whatever the model and its parameters
   */
  public record Measure(long countedInputTokens, long promptHash) implements Serializable {
    public static final Measure NONE = new Measure(0, 0);
  }
}
