package io.penstock.slow;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A run's {@code summary.json}.
 *
 * @param json missing where the run has none
 */
record RunFigures(String runId, JsonNode json) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  static RunFigures read(FileSystem files, Path runFolder) throws IOException {
    Path summary = new Path(runFolder, "summary.json");
    if (!files.exists(summary)) {
      return new RunFigures(runFolder.getName(), JSON.missingNode());
    }
    try (InputStream in = files.open(summary)) {
      return new RunFigures(runFolder.getName(), JSON.readTree(in));
    }
  }

  /**
   * @param pointer such as {@code /in_doubt}
   */
  long count(String pointer) {
    return number(pointer).longValue();
  }

  /** Empty where there is none. */
  String text(String pointer) {
    return json.at(pointer).asText();
  }

  /**
   * @param pointer such as {@code /waste_usd/known}
   */
  BigDecimal usd(String pointer) {
    return number(pointer).decimalValue();
  }

  private JsonNode number(String pointer) {
    if (json.isMissingNode()) {
      throw new IllegalStateException("Run " + runId + " has no summary.json");
    }
    JsonNode value = json.at(pointer);
    if (!value.isNumber()) {
      throw new IllegalStateException(
          "summary.json of run " + runId + " has no number " + pointer + ": " + json);
    }
    return value;
  }
}
