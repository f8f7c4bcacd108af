package io.penstock.provider.http;

import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Details;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes secrets out of what leaves this package as text: their own values, and whatever looks like
 * a key. Thread-safe.
 */
final class SecretMask {
  /** Longer messages say nothing more, and stand in a result column of every failed row. */
  static final int MAX_MESSAGE_CHARS = 500;

  private static final String MASK = "***";
  private static final Pattern KEY_LIKE =
      Pattern.compile("\\bsk-[\\w*-]{6,}|(?<=(?i:\\bbearer)\\s)[^\\s\"',;)]+");

  /** Fewer letters are no secret, and stand in many a word. */
  private static final int MIN_LENGTH = 4;

  /** Longer ones first: one may stand in another. */
  private final List<String> values;

  /** Those of the provider, former ones included. */
  SecretMask(ProviderSecrets secrets) {
    values =
        Stream.concat(secrets.values().stream(), secrets.former().stream())
            .filter(value -> value.strip().length() >= MIN_LENGTH)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  String mask(String text) {
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, MASK);
    }
    return KEY_LIKE.matcher(masked).replaceAll(MASK);
  }

  /** The same failure, told without secrets in a message of bounded length. */
  ProviderException mask(ProviderException failure, String prefix) {
    Details details = failure.details();
    return failure.with(
        bounded(mask(prefix + failure.getMessage())), details.withRawBody(mask(details.rawBody())));
  }

  /** A stand-in for a cause: its masked text and its stack, none of its own causes. */
  Throwable mask(Throwable cause) {
    IOException copy = new IOException(mask(cause.toString()));
    copy.setStackTrace(cause.getStackTrace());
    return copy;
  }

  private static String bounded(String message) {
    if (message.length() <= MAX_MESSAGE_CHARS) {
      return message;
    }
    int end = MAX_MESSAGE_CHARS - 1;
    // half of a surrogate pair could not be stored as UTF-8
    int whole = Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end;
    return message.substring(0, whole) + "…";
  }
}
