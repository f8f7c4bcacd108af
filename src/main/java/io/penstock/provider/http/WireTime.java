package io.penstock.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Moments in bodies: seconds since 1970, or a date and time with its offset. */
public final class WireTime {
  private WireTime() {}

  /** Null where there is none that can be read. */
  public static @Nullable Instant read(JsonNode time) {
    try {
      if (time.isTextual()) {
        return OffsetDateTime.parse(time.textValue()).toInstant();
      }
      return time.isNumber() && time.asLong() > 0 ? Instant.ofEpochSecond(time.asLong()) : null;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
