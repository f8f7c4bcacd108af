package io.penstock.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.provider.BatchLine;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What became of a request of a batch, read as the model's codec reads the answers to calls.
 * Thread-safe.
 */
public record LineDecoder(ModelCodec codec) {
  /**
   * Of an answer, or of one that is of no use; then the failure says what it cost.
   *
   * @param body as the call would have been answered
   */
  public BatchLine answered(String customId, JsonNode body) {
    byte[] bytes = bytes(body);
    try {
      return BatchLine.answered(customId, codec.decode(asked(customId), bytes));
    } catch (ProviderException e) {
      return BatchLine.failed(customId, e);
    } catch (RuntimeException e) {
      // whatever went wrong here: the other lines are not lost over it
      return BatchLine.failed(
          customId, WireJson.unreadable("reading it failed: " + e, bytes, null));
    }
  }

  /** Of a request that was answered with a status outside 2xx. */
  public BatchLine refused(String customId, int status, JsonNode body) {
    HttpAnswer answer = new HttpAnswer(status, Map.of(), bytes(body));
    return BatchLine.failed(customId, codec.refusal(answer, null).withBilling(Billing.NOT_BILLED));
  }

  /** Of a request that did not come to be answered. */
  public BatchLine left(String customId, FailureKind kind, String message) {
    return BatchLine.failed(
        customId, new ProviderException(kind, Billing.NOT_BILLED, 0, message, Details.NONE));
  }

  /** Of a line that says neither what was answered nor why not. */
  public BatchLine unreadable(String customId, JsonNode line) {
    String why = "the batch tells neither an answer nor a failure";
    return BatchLine.failed(
        customId,
        WireJson.unreadable(why, WireJson.write(line), null).withBilling(Billing.NOT_BILLED));
  }

  private static byte[] bytes(JsonNode body) {
    return body.isTextual()
        ? body.textValue().getBytes(StandardCharsets.UTF_8)
        : WireJson.write(body);
  }

  /** Stands for the request, which is not at hand: its words count where no usage is reported. */
  private static InferenceRequest asked(String customId) {
    return new InferenceRequest(fingerprint(customId), "", List.of(new Message(Message.USER, "")));
  }

  private static Fingerprint fingerprint(String customId) {
    try {
      return Fingerprint.parse(customId);
    } catch (IllegalArgumentException e) { // somebody else's
      return Fingerprint.of(new byte[Fingerprint.BYTES]);
    }
  }
}
