package io.penstock.inference;

import io.penstock.domain.Fingerprint;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** Requests that differ in their number only. */
final class Requests {
  private Requests() {}

  static InferenceRequest request(int number) {
    byte[] bits = new byte[Fingerprint.BYTES];
    bits[0] = (byte) (number >>> 8);
    bits[1] = (byte) number;
    return new InferenceRequest(
        Fingerprint.of(bits), "small", List.of(new Message(Message.USER, "number " + number)));
  }

  /** Numbers {@code from} to {@code to - 1}, lazily. */
  static Iterator<InferenceRequest> requests(int from, int to) {
    return IntStream.range(from, to).mapToObj(Requests::request).iterator();
  }
}
