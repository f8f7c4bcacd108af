package io.penstock.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.provider.BatchLine;
import io.penstock.provider.http.ErrorBody;
import io.penstock.provider.http.LineDecoder;
import io.penstock.provider.http.WireJson;
import java.util.Locale;
import java.util.Optional;

/** Lines of the files of answers and of failures, which have one form. */
record OpenAiBatchLine(LineDecoder decoder) {
  /** Stands for a failure that is none of HTTP's. */
  private static final int SERVER_ERROR = 500;

  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY = 429;

  Optional<BatchLine> read(JsonNode line) {
    String customId = WireJson.text(line, "custom_id");
    return customId == null ? Optional.empty() : Optional.of(read(customId, line));
  }

  private BatchLine read(String customId, JsonNode line) {
    JsonNode response = line.path("response");
    int status = response.path("status_code").asInt();
    if (status / 100 == 2) {
      return decoder.answered(customId, response.path("body"));
    }
    if (status > 0) {
      return decoder.refused(customId, status, response.path("body"));
    }
    JsonNode error = line.path("error");
    return error.isObject() || error.isTextual()
        ? failed(customId, ErrorBody.of(error), line)
        : decoder.unreadable(customId, line);
  }

  private BatchLine failed(String customId, ErrorBody error, JsonNode line) {
    String code = error.code().toLowerCase(Locale.ROOT);
    String words = "the batch did not come to it: " + error.code() + ": " + error.message();
    if (code.contains("expired")) {
      return decoder.left(customId, FailureKind.EXPIRED, words);
    }
    if (code.contains("cancel")) {
      return decoder.left(customId, FailureKind.CANCELLED, words);
    }
    return decoder.refused(customId, status(code), line);
  }

  private static int status(String code) {
    if (code.matches("[45]\\d\\d")) {
      return Integer.parseInt(code);
    }
    if (code.contains("limit") || code.equals("insufficient_quota")) {
      return TOO_MANY;
    }
    boolean isInvalid = code.startsWith("invalid") || code.equals("context_length_exceeded");
    return isInvalid ? BAD_REQUEST : SERVER_ERROR;
  }
}
