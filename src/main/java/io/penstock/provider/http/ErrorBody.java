package io.penstock.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.provider.Pressure;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What a provider says about a refusal, read from any of the shapes that OpenAI, Anthropic, Google,
 * FastAPI servers, gateways and CDNs use. Unsaid members are empty.
 *
 * @param message for people; the beginning of the body where it has no known shape
 * @param code the most specific of code, type and status
 * @param param the request field that was refused, as the provider names it
 * @param innerCode a code that qualifies {@code code}: Azure's inner error, Anthropic's details
 */
public record ErrorBody(String message, String type, String code, String param, String innerCode) {
  private static final int RAW_CHARS = 500;

  /** Words for a limit of calls at once; they win, as they stand beside "rate limit" too. */
  private static final Pattern AT_ONCE = Pattern.compile("concurren", Pattern.CASE_INSENSITIVE);

  /** Words for a limit per time. Source: messages of OpenAI, Azure, Anthropic, Mistral, 2026-11. */
  private static final Pattern PER_TIME =
      Pattern.compile(
          "\\bper[ -](sec|min|hour|day)|\\b([rt]p[smd]|[io]tpm)\\b|(call|tokens?|requests?) rate limit",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PER_DAY =
      Pattern.compile("\\bper[ -]day|\\b[rt]pd\\b", Pattern.CASE_INSENSITIVE);

  /** OpenAI's, Groq's and Google's durations, and Azure's {@code Please retry after 7 seconds}. */
  private static final Pattern WAIT =
      Pattern.compile(
          "(?:retry|try again) (?:in|after) ([0-9][0-9.hmsuµn]*[hms]\\b|[0-9.]+(?= seconds?\\b))",
          Pattern.CASE_INSENSITIVE);

  /** Of any body; HTML and empty ones too. */
  public static ErrorBody read(byte[] body) {
    JsonNode json = WireJson.readOrMissing(body);
    JsonNode root = json.isArray() ? json.path(0) : json;
    ErrorBody read = of(root, root.path("error"));
    return read.message.isEmpty() ? read.withMessage(raw(body)) : read;
  }

  /** Of an error object inside an answer. */
  public static ErrorBody of(JsonNode error) {
    return of(error, error);
  }

  /** True when the type, the code or the inner code is one of these. */
  public boolean names(String... codes) {
    return Arrays.stream(codes)
        .anyMatch(name -> name.equals(type) || name.equals(code) || name.equals(innerCode));
  }

  /** True when the message holds these words, in upper or lower case. */
  public boolean says(String words) {
    return message.toLowerCase(Locale.ROOT).contains(words.toLowerCase(Locale.ROOT));
  }

  /** Which limit the words speak of; NONE where of no kind that is known. */
  public Pressure pressure() {
    String words = String.join(" ", message, type, code, innerCode);
    if (AT_ONCE.matcher(words).find()) {
      return Pressure.TOO_MANY;
    }
    boolean perTime = PER_TIME.matcher(message).find() || names("requests", "tokens");
    return perTime ? Pressure.TOO_FAST : Pressure.NONE;
  }

  /** True when the message speaks of a limit per day. */
  public boolean saysPerDay() {
    return PER_DAY.matcher(message).find();
  }

  /** How long the words ask to wait, for where no header does; empty where they do not. */
  public Optional<Duration> retryDelay() {
    Matcher wait = WAIT.matcher(message);
    return wait.find()
        ? GoDuration.read(wait.group(1)).or(() -> GoDuration.read(wait.group(1) + "s"))
        : Optional.empty();
  }

  /** {@code HTTP 429 rate_limit_exceeded: Rate limit reached}. */
  public String describe(int status) {
    String what = code.isEmpty() ? "" : " " + code;
    String where = param.isEmpty() || message.contains(param) ? "" : " (" + param + ")";
    return "HTTP " + status + what + ": " + (message.isEmpty() ? "no message" : message) + where;
  }

  private static ErrorBody of(JsonNode root, JsonNode wrapped) {
    JsonNode error = wrapped.isObject() ? wrapped : root;
    JsonNode detail = details(root);
    String type = scalar(error.path("type"));
    return new ErrorBody(
        message(root, wrapped),
        type,
        firstSaid(scalar(error.path("code")), type, scalar(error.path("status"))),
        firstSaid(scalar(error.path("param")), location(detail.path(0))),
        innerCode(error));
  }

  private static String message(JsonNode root, JsonNode wrapped) {
    String said = firstSaid(scalar(wrapped.path("message")), scalar(wrapped));
    // a gateway's words for what a server behind it said
    String behind = scalar(wrapped.path("metadata").path("raw"));
    return firstSaid(
        behind.isBlank() ? said : said + ": " + behind,
        scalar(root.path("message")),
        detail(details(root)));
  }

  /** FastAPI's list of what is wrong; Mistral has it in the place of the message, or within it. */
  private static JsonNode details(JsonNode root) {
    JsonNode message = root.path("message");
    if (root.has("detail")) {
      return root.path("detail");
    }
    return message.isArray() ? message : message.path("detail");
  }

  private static String innerCode(JsonNode error) {
    return firstSaid(
        scalar(error.path("innererror").path("code")),
        scalar(error.path("inner_error").path("code")),
        scalar(error.path("details").path("error_code")));
  }

  private static String detail(JsonNode detail) {
    if (!detail.isArray()) {
      return scalar(detail);
    }
    return StreamSupport.stream(detail.spliterator(), false)
        .map(item -> location(item) + ": " + scalar(item.path("msg")))
        .collect(Collectors.joining("; "));
  }

  /** FastAPI's {@code loc} without its first element, which says {@code body}. */
  private static String location(JsonNode item) {
    return StreamSupport.stream(item.path("loc").spliterator(), false)
        .skip(1)
        .map(JsonNode::asText)
        .collect(Collectors.joining("."));
  }

  private static String scalar(JsonNode node) {
    return node.isValueNode() && !node.isNull() ? node.asText() : "";
  }

  private static String firstSaid(String... texts) {
    return Arrays.stream(texts).filter(text -> !text.isBlank()).findFirst().orElse("");
  }

  private static String raw(byte[] body) {
    return WireJson.beginning(body, RAW_CHARS).strip().replaceAll("\\s+", " ");
  }

  private ErrorBody withMessage(String other) {
    return new ErrorBody(other, type, code, param, innerCode);
  }
}
