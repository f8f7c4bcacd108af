package io.penstock.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Message;
import io.penstock.domain.Network;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Computes the fingerprints of one model's requests. Serializable, thread-safe.
 *
 * <p>Version 1 of the encoding is the text {@code penstock-fingerprint-1}, then fields of one tag
 * byte, a length of four bytes (big endian) and that many bytes of UTF-8. Fields that are absent
 * are left out, so that a later kind of field does not change the fingerprints of requests without
 * it. JSON is written with sorted keys, without spaces and with numbers in their shortest form:
 * {@code 0}, {@code 0.0} and {@code 0e0} are equal. A response schema is taken as it is sent, since
 * models answer in the order of its keys.
 */
public final class Fingerprinter implements Serializable {
  private static final String VERSION = "penstock-fingerprint-1";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private enum Tag {
    IDENTITY,
    MODEL,
    HEADER,
    MAX_OUTPUT_TOKENS,
    PARAMETERS,
    EXTRA,
    ROLE,
    CONTENT,
    SAMPLE,
    RESPONSE_SCHEMA
  }

  private static final int FIELD_HEADER_BYTES = 1 + Integer.BYTES;

  /** The encoding up to the messages; the same for all requests of the model. */
  private final byte[] prefix;

  /** Has taken in the prefix, and is only ever copied; made where it is needed. */
  private transient volatile @Nullable MessageDigest begun;

  public Fingerprinter(FingerprintBasis basis) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(VERSION.getBytes(StandardCharsets.UTF_8));
    DataOutputStream out = new DataOutputStream(bytes);
    put(out, Tag.IDENTITY, basis.identity());
    put(out, Tag.MODEL, basis.requestModel());
    decidingHeaders(basis.headers())
        .forEach((name, value) -> put(out, Tag.HEADER, name + ":" + value));
    if (basis.maxOutputTokens() != null) {
      put(out, Tag.MAX_OUTPUT_TOKENS, basis.maxOutputTokens().toString());
    }
    put(out, Tag.PARAMETERS, canonical(basis.parametersJson(), basis.indifferentParameters()));
    put(out, Tag.EXTRA, canonical(basis.extraJson(), basis.indifferentParameters()));
    if (basis.responseSchemaJson() != null) {
      put(out, Tag.RESPONSE_SCHEMA, basis.responseSchemaJson());
    }
    prefix = bytes.toByteArray();
  }

  public Fingerprint of(List<Message> messages) {
    return of(messages, 0);
  }

  /**
   * @param sample which of several answers to the same request; from 0, and 0 where one is enough
   */
  public Fingerprint of(List<Message> messages, long sample) {
    MessageDigest digest = begin();
    for (Message message : messages) {
      put(digest, Tag.ROLE, message.role());
      put(digest, Tag.CONTENT, message.content());
    }
    if (sample > 0) {
      put(digest, Tag.SAMPLE, Long.toString(sample));
    }
    return Fingerprint.of(Arrays.copyOf(digest.digest(), Fingerprint.BYTES));
  }

  private static Map<String, String> decidingHeaders(Map<String, String> headers) {
    Map<String, String> deciding = new TreeMap<>();
    headers.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          if (Network.DECIDING_HEADERS.contains(lower)) {
            deciding.put(lower, value);
          }
        });
    return deciding;
  }

  private static void put(DataOutputStream out, Tag tag, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      out.writeByte(tag.ordinal());
      out.writeInt(bytes.length);
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("A byte array refused bytes", e);
    }
  }

  private static void put(MessageDigest digest, Tag tag, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[FIELD_HEADER_BYTES];
    ByteBuffer.wrap(header).put((byte) tag.ordinal()).putInt(bytes.length);
    digest.update(header);
    digest.update(bytes);
  }

  private MessageDigest begin() {
    MessageDigest made = begun;
    if (made == null) {
      made = sha256();
      made.update(prefix);
      begun = made;
    }
    try {
      return (MessageDigest) made.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("The JVM's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  private static String canonical(String json, Set<String> without) {
    try {
      ObjectNode object = (ObjectNode) JSON.readTree(json);
      return sorted(object.remove(without)).toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Parameters are not a JSON object", e);
    }
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isNumber()) {
      return DecimalNode.valueOf(node.decimalValue().stripTrailingZeros());
    }
    if (node.isArray()) {
      var array = JsonNodeFactory.instance.arrayNode();
      node.forEach(element -> array.add(sorted(element)));
      return array;
    }
    if (!node.isObject()) {
      return node;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    Set<String> names = new TreeSet<>();
    node.fieldNames().forEachRemaining(names::add);
    names.forEach(name -> object.set(name, sorted(node.get(name))));
    return object;
  }
}
