package io.penstock.provider;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The limit of tokens that all batches of an account and model may have waiting, as refusals of
 * batches name it. Source: messages of OpenAI and Azure as seen, read 2026-11.
 */
public final class QueueLimit {
  /** The code that both give a batch which fails over it. */
  private static final String CODE = "token_limit_exceeded";

  private static final Pattern WORDS =
      Pattern.compile("\\benqueued tokens?\\b.*\\blimit\\b|\\blimit\\b.*\\benqueued tokens?\\b");

  /** {@code Limit: 90,000 enqueued}, {@code the configured limit of 30K for}. */
  private static final Pattern NUMBER =
      Pattern.compile("\\blimit(?:: | of | is )(\\d[\\d,]*(?:\\.\\d+)?) ?([kmb]?)\\b");

  private QueueLimit() {}

  /** Whether a message, of a failed batch or of a refusal, speaks of it. */
  public static boolean isNamedIn(@Nullable String message) {
    if (message == null) {
      return false;
    }
    String words = message.toLowerCase(Locale.ROOT);
    return words.contains(CODE) || WORDS.matcher(words).find();
  }

  /** The limit that such a message names; empty where it names none. */
  public static OptionalLong tokensIn(@Nullable String message) {
    if (message == null || !isNamedIn(message)) {
      return OptionalLong.empty();
    }
    Matcher number = NUMBER.matcher(message.toLowerCase(Locale.ROOT));
    return number.find()
        ? OptionalLong.of(
            new BigDecimal(number.group(1).replace(",", ""))
                .scaleByPowerOfTen(zeros(number.group(2)))
                .longValue())
        : OptionalLong.empty();
  }

  private static int zeros(String unit) {
    return switch (unit) {
      case "k" -> 3;
      case "m" -> 6;
      case "b" -> 9;
      default -> 0;
    };
  }
}
