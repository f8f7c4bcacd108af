package io.penstock.provider.openai;

import io.penstock.domain.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Groups requests that begin alike for OpenAI's prompt cache: the same key for the same messages
 * but the last.
 */
final class PromptCacheKey {
  static final String FIELD = "prompt_cache_key";

  private static final int HASH_BYTES = 8;

  private PromptCacheKey() {}

  static String of(List<Message> conversation) {
    MessageDigest digest = sha256();
    for (Message message : conversation.subList(0, Math.max(0, conversation.size() - 1))) {
      digest.update((message.role() + '\n').getBytes(StandardCharsets.UTF_8));
      digest.update((message.content() + '\0').getBytes(StandardCharsets.UTF_8));
    }
    return "penstock-" + HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
