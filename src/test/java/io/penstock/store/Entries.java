package io.penstock.store;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.store.StoreEntry.Asked;
import io.penstock.store.StoreEntry.Failure;
import io.penstock.store.StoreEntry.Origin;
import java.time.Instant;

/** Entries for the tests of the store. */
final class Entries {
  static final String RUN = "r1";

  /** Entries are completed so many seconds after this. */
  static final Instant START = Instant.parse("2026-11-22T23:59:00Z");

  static final Journal.Durability DURABILITY = new Journal.Durability(false, 8);

  static final Effort ONE_ATTEMPT = new Effort(1, 0, 1500, Waste.NONE);

  private Entries() {}

  static Fingerprint fingerprint(int number) {
    byte[] bits = new byte[Fingerprint.BYTES];
    bits[0] = (byte) (number >>> 8);
    bits[15] = (byte) number;
    return Fingerprint.of(bits);
  }

  static Intent intent(int fingerprint, String worstUsd) {
    return new Intent(fingerprint(fingerprint), Usd.of(worstUsd));
  }

  static Origin origin(String runId, int shard) {
    return new Origin(
        runId, shard, "openai", "gpt-4o-mini", "2026-11-22", new Asked("triage", 101L, -7L));
  }

  static StoreEntry answer(String id, int fingerprint, String text, int second) {
    return answerOf(RUN, id, fingerprint, text, second);
  }

  static StoreEntry answerOf(String runId, String id, int fingerprint, String text, int second) {
    Completion completion =
        new Completion(
            text,
            null,
            FinishReason.STOP,
            "stop",
            "gpt-4o-mini-2024",
            "response-" + id,
            new TokenUsage(100, 60, 30, 10, 7, 3),
            false);
    return new StoreEntry(
        id,
        fingerprint(fingerprint),
        origin(runId, 0),
        completion,
        null,
        ONE_ATTEMPT,
        Usd.of("0.000000000001"),
        START.plusSeconds(second));
  }

  static StoreEntry failure(
      String runId, String id, int fingerprint, FailureKind kind, int second) {
    return new StoreEntry(
        id,
        fingerprint(fingerprint),
        origin(runId, 0),
        null,
        new Failure(kind, kind + " at " + second, ""),
        new Effort(2, 1, 9, new Waste(Usd.of("0.5"), Usd.of("1.25"))),
        null,
        START.plusSeconds(second));
  }

  static StoreEntry inShard(int shard, String id, int fingerprint) {
    StoreEntry entry = answer(id, fingerprint, "yes", 0);
    return new StoreEntry(
        id,
        entry.fingerprint(),
        origin(RUN, shard),
        entry.answer(),
        null,
        entry.effort(),
        entry.costUsd(),
        entry.completedAt());
  }
}
