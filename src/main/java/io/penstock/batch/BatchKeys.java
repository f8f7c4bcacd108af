package io.penstock.batch;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** Names of batches: they sort by time, and no two are equal. */
public final class BatchKeys {
  private static final int RANDOM_BYTES = 5;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  private BatchKeys() {}

  public static String next(Instant now) {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    return "b" + STAMP.format(now) + "-" + HexFormat.of().formatHex(random);
  }
}
