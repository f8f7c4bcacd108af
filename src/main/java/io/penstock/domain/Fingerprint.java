package io.penstock.domain;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Identity of a canonical request: the first 128 bits of a SHA-256; to people {@code v1-} and 32
 * hex digits.
 */
public final class Fingerprint implements Serializable, Comparable<Fingerprint> {
  public static final int BYTES = 16;
  private static final String VERSION = "v1-";
  private static final Pattern FORM = Pattern.compile(VERSION + "[0-9a-f]{" + 2 * BYTES + "}");

  private final byte[] bits;

  private Fingerprint(byte[] bits) {
    this.bits = bits;
  }

  /**
   * @param bytes exactly {@link #BYTES} bytes, copied
   */
  public static Fingerprint of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("A fingerprint has 16 bytes, got " + bytes.length);
    }
    return new Fingerprint(bytes.clone());
  }

  /** Reads the form that {@link #toString} writes. */
  public static Fingerprint parse(String text) {
    if (!text.startsWith(VERSION)) {
      throw new IllegalArgumentException("A fingerprint begins with v1-, got " + text);
    }
    return of(HexFormat.of().parseHex(text.substring(VERSION.length())));
  }

  /** Of any text; empty where it is not the form that {@link #toString} writes. */
  public static Optional<Fingerprint> find(String text) {
    return FORM.matcher(text).matches() ? Optional.of(parse(text)) : Optional.empty();
  }

  public byte[] toBytes() {
    return bits.clone();
  }

  @Override
  public String toString() {
    return VERSION + HexFormat.of().formatHex(bits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint that && Arrays.equals(bits, that.bits);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bits);
  }

  /** Unsigned byte order, the order in which Spark sorts BINARY. */
  @Override
  public int compareTo(Fingerprint other) {
    return Arrays.compareUnsigned(bits, other.bits);
  }
}
