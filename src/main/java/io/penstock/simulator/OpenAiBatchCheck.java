package io.penstock.simulator;

import io.penstock.simulator.OpenAiBatch.Checked;
import io.penstock.simulator.OpenAiBatch.Problem;
import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.simulator.batch.BatchRequest;
import io.penstock.simulator.batch.Lines;
import io.penstock.simulator.batch.LongSet;
import io.penstock.simulator.batch.SpooledRequests;
import io.penstock.tokens.TokenCounter;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the input of one batch line by line, as OpenAI does before a batch begins; the error codes
 * are those that were seen of it and of Azure. Used once.
 */
final class OpenAiBatchCheck {
  /** What is wrong with further lines is not told. */
  private static final int MOST_PROBLEMS = 100;

  private static final TokenCounter COUNTER = TokenCounter.o200k();

  private final Rules rules;
  private final SpooledRequests requests;
  private final List<Problem> problems = new ArrayList<>();
  private final LongSet customIds = new LongSet();
  private String model = "";
  private long tokens;
  private long line;

  /**
   * @param requests gets the place of each line
   */
  OpenAiBatchCheck(Rules rules, SpooledRequests requests) {
    this.rules = rules;
    this.requests = requests;
  }

  /**
   * @param endpoint that the lines are to name
   * @param maxRequests of the batch
   * @param maxBytes of the batch
   * @param countsTokens true where a limit asks for them
   */
  record Rules(
      WireDialect dialect,
      ModelCatalog catalog,
      String endpoint,
      long maxRequests,
      long maxBytes,
      boolean countsTokens) {}

  Checked check(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes == 0) {
      add("empty_file", "The input file is empty. Please ensure it holds requests.", null, null);
    } else if (bytes > rules.maxBytes()) {
      String message =
          "The batch input file is larger than the maximum of " + rules.maxBytes() + " bytes.";
      add("file_too_large", message, null, null);
    } else {
      Lines.of(file, this::take);
    }
    return new Checked(List.copyOf(problems), model, tokens);
  }

  private boolean take(byte[] bytes, long offset) {
    line++;
    if (line > rules.maxRequests()) {
      problems.clear();
      String message =
          "The batch input file has more than the maximum of " + rules.maxRequests() + " requests.";
      add("too_many_requests", message, null, null);
      return false;
    }
    requests.add(offset, bytes.length);
    checkLine(bytes);
    return problems.size() < MOST_PROBLEMS;
  }

  private void checkLine(byte[] bytes) {
    BatchRequest request;
    try {
      request = BatchRequest.parse(bytes, "body");
    } catch (IOException e) {
      add("invalid_json_line", "This line is not parseable as valid JSON.", null, line);
      return;
    }
    checkCustomId(request.customId());
    if (!request.text("method").equals("POST")) {
      add("invalid_method", "The method must be POST.", "method", line);
    }
    if (!withoutVersion(request.text("url")).equals(withoutVersion(rules.endpoint()))) {
      String message = "The url must be the batch's endpoint, " + rules.endpoint() + ".";
      add("invalid_url", message, "url", line);
    }
    if (request.body().length == 0) {
      add("missing_required_parameter", "Missing required parameter: 'body'.", "body", line);
      return;
    }
    checkModel(request.model());
    if (rules.countsTokens()) {
      count(request);
    }
  }

  private void checkCustomId(String customId) {
    if (customId.isEmpty()) {
      String message = "Missing required parameter: 'custom_id'.";
      add("missing_required_parameter", message, "custom_id", line);
    } else if (!customIds.add(Identity.of(customId.getBytes(StandardCharsets.UTF_8)).high())) {
      String message = "The custom_id '" + customId + "' was used by an earlier line.";
      add("duplicate_custom_id", message, "custom_id", line);
    }
  }

  private void checkModel(String named) {
    if (model.isEmpty()) {
      model = named;
      if (!rules.catalog().isPlayed(named)) {
        String message = "The model '" + named + "' does not exist or cannot be used in batches.";
        add("model_not_found", message, "body.model", line);
      }
    } else if (!named.equals(model)) {
      String message = "All lines must have the model of the first one, '" + model + "'.";
      add("mismatched_model", message, "body.model", line);
    }
  }

  private void count(BatchRequest request) {
    try {
      tokens +=
          rules
              .dialect()
              .read(new HeaderMap(), rules.endpoint(), request.body())
              .countInputTokens(COUNTER);
    } catch (ApiException e) {
      // such a line ends in the error file, without use of the model
    }
  }

  /** Azure takes endpoints with and without it. */
  static String withoutVersion(String url) {
    return url.startsWith("/v1/") ? url.substring("/v1".length()) : url;
  }

  private void add(String code, String message, @Nullable String parameter, @Nullable Long at) {
    problems.add(new Problem(code, message, parameter, at));
  }
}
