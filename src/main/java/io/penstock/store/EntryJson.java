package io.penstock.store;

import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Usd;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;

/** Store entries as JSON lines. Thread-safe. */
final class EntryJson {
  /** What was written must be readable, however long the answer. */
  private static final StreamReadConstraints ANY_LENGTH =
      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();

  private static final String FINGERPRINT = "fingerprint";

  private static final ObjectMapper JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(ANY_LENGTH).build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addModule(asText(new SimpleModule(FINGERPRINT), Fingerprint.class, Fingerprint::parse))
          .addModule(asText(new SimpleModule("usd"), Usd.class, Usd::of))
          .addModule(
              new SimpleModule("instant")
                  .addSerializer(Instant.class, new MicrosWriter())
                  .addDeserializer(Instant.class, new MicrosReader()))
          .withConfigOverride(
              StoreEntry.Batched.class, // of most entries there is none
              of -> of.setIncludeAsProperty(JsonInclude.Value.construct(NON_NULL, null)))
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .build();

  private static final ObjectReader READER = JSON.readerFor(StoreEntry.class);
  private static final ObjectWriter WRITER = JSON.writerFor(StoreEntry.class);

  private EntryJson() {}

  static byte[] write(StoreEntry entry) throws IOException {
    return WRITER.writeValueAsBytes(entry);
  }

  /** Leaves the stream open. */
  static void write(StoreEntry entry, OutputStream out) throws IOException {
    WRITER.writeValue(out, entry);
  }

  static StoreEntry read(byte[] line, int offset, int length) throws IOException {
    return READER.readValue(line, offset, length);
  }

  /** An entry's fingerprint as it is written; reads no further than to there. */
  static String readFingerprint(byte[] line, int offset, int length) throws IOException {
    try (JsonParser in = JSON.createParser(line, offset, length)) {
      in.nextToken();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = in.currentName().equals(FINGERPRINT);
        in.nextToken();
        if (found) {
          return in.getText();
        }
        in.skipChildren();
      }
      throw new IOException("A journal entry has no fingerprint");
    }
  }

  /**
   * Microseconds since the epoch, as precise as the store's Parquet; text costs ten times as much.
   */
  private static final class MicrosWriter extends JsonSerializer<Instant> {
    @Override
    public void serialize(Instant value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeNumber(ChronoUnit.MICROS.between(Instant.EPOCH, value));
    }
  }

  /** Reads the text of earlier journals too. */
  private static final class MicrosReader extends JsonDeserializer<Instant> {
    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return in.currentToken() == JsonToken.VALUE_STRING
          ? Instant.parse(in.getText())
          : Instant.EPOCH.plus(in.getLongValue(), ChronoUnit.MICROS);
    }
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
