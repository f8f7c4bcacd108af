package io.penstock.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Usd;
import java.io.IOException;
import java.time.Instant;
import java.util.function.Function;

/** Store entries as JSON lines. Thread-safe. */
final class EntryJson {
  /** What was written must be readable, however long the answer. */
  private static final StreamReadConstraints ANY_LENGTH =
      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();

  private static final ObjectMapper JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(ANY_LENGTH).build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addModule(asText(new SimpleModule("fingerprint"), Fingerprint.class, Fingerprint::parse))
          .addModule(asText(new SimpleModule("usd"), Usd.class, Usd::of))
          .addModule(asText(new SimpleModule("instant"), Instant.class, Instant::parse))
          .build();

  private EntryJson() {}

  static byte[] write(Object record) throws IOException {
    return JSON.writeValueAsBytes(record);
  }

  static StoreEntry read(byte[] line, int offset, int length) throws IOException {
    return JSON.readValue(line, offset, length, StoreEntry.class);
  }

  /** The format version in a segment's first line; 0 where it holds none. */
  static int readVersion(byte[] line, int offset, int length) throws IOException {
    return JSON.readTree(line, offset, length).path("version").asInt();
  }

  private static <T> SimpleModule asText(
      SimpleModule module, Class<T> type, Function<String, T> parse) {
    module.addSerializer(
        type,
        new JsonSerializer<T>() {
          @Override
          public void serialize(T value, JsonGenerator out, SerializerProvider provider)
              throws IOException {
            out.writeString(value.toString());
          }
        });
    module.addDeserializer(
        type,
        new JsonDeserializer<T>() {
          @Override
          public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return parse.apply(in.getText());
          }
        });
    return module;
  }
}
