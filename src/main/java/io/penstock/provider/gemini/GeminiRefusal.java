package io.penstock.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.GoogleError;
import io.penstock.provider.http.StatusClassifier;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an error says beyond its status: what {@link GoogleError} tells of any, and the refused
 * parameters of this API. Source: wire bodies as quoted in public issues, read 2026-11.
 *
 * @param sentFields finds the name of a field that every request carries, in whichever case
 */
record GeminiRefusal(Pattern sentFields) {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;

  /** Stands for an error at HTTP 200 that names no status of its own. */
  private static final int UNNAMED_STATUS = 500;

  /**
   * @param parameters as sent
   */
  static GeminiRefusal of(JsonNode parameters) {
    Set<String> names = new HashSet<>();
    collect(parameters, names);
    collect(parameters.path("generationConfig"), names);
    collect(parameters.path("generationConfig").path("thinkingConfig"), names);
    if (names.contains("thinkingConfig")) {
      names.add("thinking");
    }
    String words = names.stream().map(GeminiRefusal::anyCase).collect(Collectors.joining("|"));
    return new GeminiRefusal(
        Pattern.compile(
            names.isEmpty() ? "(?!)" : "\\b(" + words + ")\\b", Pattern.CASE_INSENSITIVE));
  }

  private static void collect(JsonNode object, Set<String> names) {
    object.fieldNames().forEachRemaining(names::add);
  }

  /** {@code topP}, {@code top_p} or {@code top p}. */
  private static String anyCase(String camelCase) {
    return Pattern.compile("(?<=[a-z])(?=[A-Z])")
        .splitAsStream(camelCase)
        .map(word -> Pattern.quote(word.toLowerCase(Locale.ROOT)))
        .collect(Collectors.joining("[_ ]?"));
  }

  ProviderException exception(int status, GoogleError error) {
    return error.exception(classify(status, error), status);
  }

  /** Of an error that came with HTTP 200. */
  ProviderException atOk(GoogleError error) {
    int status = error.code() < BAD_REQUEST ? UNNAMED_STATUS : error.code();
    return error.exception(classify(status, error), OK);
  }

  private Verdict classify(int status, GoogleError error) {
    Verdict byStatus =
        status == BAD_REQUEST && isParameter(error)
            ? Verdict.notBilled(FailureKind.REFUSED_PARAMETER)
            : StatusClassifier.classify(status);
    return error.verdict(status).orElse(byStatus);
  }

  /** What is wrong with instructions or contents belongs to the row. */
  private boolean isParameter(GoogleError error) {
    List<String> fields = error.fields();
    boolean ofRow =
        fields.stream().anyMatch(GeminiRefusal::isOfRow)
            || error.body().says("at 'contents")
            || error.body().says("at 'system_instruction");
    return !ofRow
        && (error.body().says("unknown name") || sentFields.matcher(error.message()).find());
  }

  private static boolean isOfRow(String field) {
    return field.startsWith("contents") || field.startsWith("system_instruction");
  }
}
