package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.simulator.SimulatedRequest.Identity;
import io.penstock.tokens.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the simulated models answer: a pure function of the request and a seed. Thread-safe.
 *
 * <p>An answer is {@code [a1b2c3d4e5f6] words ...}: a tag that names the last user message, then
 * ordinary words. Its length in tokens is lognormal, with a median of about 60 and a 99th
 * percentile of about 400, whatever the length of the prompt. Where the last user message holds a
 * sum such as {@code 12 + 30} ({@code + - − × * x}, up to six digits each, the first one counts),
 * the result comes between the tag and the words. Where a request has a schema, the answer is
 * random JSON of it instead.
 */
public final class AnswerFunction {
  private static final Lognormal LENGTH_TOKENS = new Lognormal(60, 400);

  /** Longest answer that is drawn; keeps one draw in millions from being a book. */
  private static final int MAX_DRAWN_TOKENS = 8_000;

  /** Apart from those of answers and latencies, which count from 0, and of thoughts. */
  private static final long RANDOM_OF_FORM = -2;

  private static final int TAG_BYTES = 6;
  private static final int LARGEST_MISTAKE = 9;
  private static final int AVERAGE_WORD_CHARS = 7;
  private static final Pattern SUM = Pattern.compile("(\\d{1,6})\\s*([+\\-−×*x])\\s*(\\d{1,6})");

  /** Each with its leading space is one token of o200k_base, so that words are tokens. */
  static final String[] WORDS =
      """
      the and for that with this from have not are was but they you which when there can \
      more if out so said what its about than into them only some could time these two may \
      then do first any my now such like our over man me even most made after also did many \
      before must through back years where much your way well down should because each just \
      those people how too little state good very make world still own see men work long get \
      here between both life being under never day same another know while last might us \
      great old year off come since against go came right used take three river stone water \
      light small house green paper letter window garden morning evening market city road \
      field valley mountain ocean island bridge village forest season summer winter autumn \
      spring weather cloud storm wind rain snow fire earth metal silver gold copper iron \
      glass wood table chair door kitchen bread salt sugar coffee apple orange lemon cotton \
      wool music voice song story word page book library school teacher student answer \
      question reason number figure line circle square corner center edge surface level \
      point part whole half quarter minute hour week month century history future past \
      present moment beginning end middle side front left north south east west near far \
      high low open closed early late quick slow strong quiet loud bright dark heavy warm \
      cold dry wet clean clear simple common rare new young full empty ready steady final \
      total certain plain fair true kind gentle careful honest"""
          .split(" +");

  private final TokenCounter counter = TokenCounter.o200k();
  private final long seed;
  private final Map<String, Double> accuracy;

  /**
   * @param accuracy probability per model that a sum is answered right, and that an answer fulfils
   *     the schema that it is to have; 1 for a model not in it
   */
  public AnswerFunction(long seed, Map<String, Double> accuracy) {
    this.seed = seed;
    this.accuracy = Map.copyOf(accuracy);
  }

  /**
   * An answer.
   *
   * @param outputTokens exactly what {@link TokenCounter#o200k()} counts for the text
   * @param truncated true where the text was cut at the largest number of tokens
   */
  public record Answer(String text, int outputTokens, boolean truncated) {}

  /** The tag of a last user message: the first 12 hex digits of the SHA-256 of its UTF-8 bytes. */
  public static String tagFor(String lastUserMessage) {
    byte[] hash = SimulatedRequest.sha256(lastUserMessage.getBytes(StandardCharsets.UTF_8));
    return "[" + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + "]";
  }

  /**
   * @param request what tells this request from others; over HTTP the body's bytes
   * @param maxOutputTokens at least 1
   */
  public Answer answer(String model, String lastUserMessage, byte[] request, long maxOutputTokens) {
    return answer(model, lastUserMessage, Identity.of(request), maxOutputTokens);
  }

  /** Where the request has a schema, JSON of it. */
  Answer answer(SimulatedRequest request, long maxOutputTokens) {
    JsonNode schema = request.wishes().schema();
    SplittableRandom random = request.identity().random(seed, RANDOM_OF_FORM);
    if (!schema.isObject() || random.nextDouble() >= accuracy.getOrDefault(request.model(), 1.0)) {
      return answer(
          request.model(), request.lastUserMessage(), request.identity(), maxOutputTokens);
    }
    String text = SchemaAnswer.draw(schema, random);
    int tokens = counter.count(text);
    return tokens > maxOutputTokens
        ? cutOpening(text, maxOutputTokens)
        : new Answer(text, tokens, false);
  }

  Answer answer(String model, String lastUserMessage, Identity request, long maxOutputTokens) {
    SplittableRandom random = request.random(seed, 0);
    int drawnTokens = (int) Math.min(MAX_DRAWN_TOKENS, LENGTH_TOKENS.draw(random));
    String opening = tagFor(lastUserMessage) + sum(model, lastUserMessage, random);
    int openingTokens = counter.count(opening);
    if (openingTokens > maxOutputTokens) {
      return cutOpening(opening, maxOutputTokens);
    }
    int wanted = Math.max(1, drawnTokens - openingTokens);
    int words = (int) Math.min(wanted, maxOutputTokens - openingTokens);
    StringBuilder text = new StringBuilder(opening.length() + words * AVERAGE_WORD_CHARS);
    text.append(opening);
    for (int i = 0; i < words; i++) {
      text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
    }
    return new Answer(text.toString(), openingTokens + words, words < wanted);
  }

  /** The longest beginning of the opening that has no more tokens than allowed. */
  private Answer cutOpening(String opening, long maxOutputTokens) {
    for (int end = opening.length() - 1; end > 0; end--) {
      String text = opening.substring(0, end);
      int tokens = counter.count(text);
      if (tokens <= maxOutputTokens) {
        return new Answer(text, tokens, true);
      }
    }
    return new Answer("", 0, true);
  }

  /** The result of the message's sum after a space; empty where it has none. */
  private String sum(String model, String message, SplittableRandom random) {
    Matcher sum = SUM.matcher(message);
    if (!sum.find()) {
      return "";
    }
    long result = result(Long.parseLong(sum.group(1)), sum.group(2), Long.parseLong(sum.group(3)));
    boolean right = random.nextDouble() < accuracy.getOrDefault(model, 1.0);
    long mistake = 1 + random.nextInt(LARGEST_MISTAKE);
    return " " + (right ? result : random.nextBoolean() ? result + mistake : result - mistake);
  }

  private static long result(long left, String operator, long right) {
    return switch (operator) {
      case "+" -> left + right;
      case "-", "−" -> left - right;
      default -> left * right;
    };
  }
}
