package io.penstock.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.penstock.domain.Message;
import io.penstock.tokens.TokenCounter;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A request as the simulator understands it, whichever dialect it came in.
 *
 * @param messages at least one; a system prompt beside the messages is the first of them
 * @param maxOutputTokens at least 1; {@link Long#MAX_VALUE} where the request has no limit
 * @param wishes what it asks for beside an answer
 */
record SimulatedRequest(
    String model, List<Message> messages, long maxOutputTokens, Wishes wishes, Identity identity) {
  /** Tokens that the marks around each message take, and again those around the conversation. */
  private static final int TOKENS_PER_MESSAGE = 3;

  SimulatedRequest {
    messages = List.copyOf(messages);
  }

  /**
   * @param keep what becomes of the prompt's beginning
   * @param thoughtTokens how many tokens may go into thoughts; 0 for none, {@link Long#MAX_VALUE}
   *     for as many as the output limit allows
   * @param schema that the answer is to fulfil; no object where it may be any text
   */
  record Wishes(Keep keep, long thoughtTokens, JsonNode schema) {
    static final Wishes NONE = new Wishes(Keep.NOT, 0, MissingNode.getInstance());
  }

  /** How long the provider's prompt cache keeps the beginning of a prompt. */
  enum Keep {
    NOT,
    /** As the provider sees fit, unasked: for five minutes. */
    UNASKED,
    FIVE_MINUTES,
    HOUR
  }

  /** All messages but the last. */
  List<Message> beginning() {
    return messages.subList(0, messages.size() - 1);
  }

  /** Empty where no message is the user's. */
  String lastUserMessage() {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role().equals(Message.USER)) {
        return messages.get(i).content();
      }
    }
    return "";
  }

  /** The tokens of the contents, 3 more for each message, and 3 more in all. */
  long countInputTokens(TokenCounter counter) {
    return TOKENS_PER_MESSAGE + count(messages, counter);
  }

  /** Of them those of all messages but the last. */
  long countBeginning(TokenCounter counter) {
    return count(beginning(), counter);
  }

  private static long count(List<Message> messages, TokenCounter counter) {
    long tokens = 0;
    for (Message message : messages) {
      tokens += TOKENS_PER_MESSAGE + counter.count(message.content());
    }
    return tokens;
  }

  /**
   * The first 128 bits of the SHA-256 of a request's body. Two requests are the same for the
   * simulator when their bodies are the same bytes, so model, messages and generation parameters
   * are, in the order in which the client writes them.
   */
  record Identity(long high, long low) {
    static Identity of(byte[] body) {
      ByteBuffer digest = ByteBuffer.wrap(sha256(body));
      return new Identity(digest.getLong(), digest.getLong());
    }

    /** Random numbers that follow from this request, a seed and a number of its own. */
    SplittableRandom random(long seed, long number) {
      return new SplittableRandom(high ^ mix(low ^ mix(seed ^ mix(number))));
    }
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Spreads every bit over all others; 0 stays 0. The finaliser of SplitMix64. */
  static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
