package io.penstock.bench;

import io.penstock.domain.Completion;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceOutcome.Effort;
import io.penstock.domain.InferenceOutcome.Waste;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.store.Intent;
import io.penstock.store.Journal;
import io.penstock.store.StoreEntry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;

/**
 * Processor time of the journal's thread per 1,000 answers, each with an intent and an entry of
 * about 600 bytes, at 1,000 answers per second: {@code JournalCpu <empty folder> <seconds>}. The
 * first half warms up.
 */
public final class JournalCpu {
  private static final int ANSWERS_PER_SECOND = 1_000;
  private static final double NANOS_PER_MILLISECOND = 1e6;
  private static final String TEXT = "An answer of middling length, as people get it. ".repeat(2);

  private final Journal journal;

  private JournalCpu(Journal journal) {
    this.journal = journal;
  }

  public static void main(String[] arguments) throws IOException {
    int seconds = Integer.parseInt(arguments[1]);
    Journal.Durability durability = new Journal.Durability(false, ANSWERS_PER_SECOND);
    String store = Path.of(arguments[0]).toString();
    try (Journal journal = new Journal(store, "r1", "exec-1", durability, new Configuration())) {
      JournalCpu cpu = new JournalCpu(journal);
      cpu.answer(seconds / 2 * ANSWERS_PER_SECOND);
      int measured = (seconds - seconds / 2) * ANSWERS_PER_SECOND;
      long before = cpuNanos();
      cpu.answer(measured);
      double millis = (cpuNanos() - before) / NANOS_PER_MILLISECOND;
      System.out.printf(
          "%.2f ms of processor time per 1,000 answers (%d answers)%n",
          millis * ANSWERS_PER_SECOND / measured, measured);
    }
  }

  private void answer(int answers) {
    long start = System.nanoTime();
    for (int i = 0; i < answers; i++) {
      long due = start + i * 1_000_000_000L / ANSWERS_PER_SECOND;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      Fingerprint fingerprint =
          Fingerprint.of(ByteBuffer.allocate(Fingerprint.BYTES).putInt(i).array());
      journal.intend(new Intent(fingerprint, Usd.of("0.00123")));
      journal.append(entry(journal.writerId() + i, fingerprint));
    }
    journal.intend(new Intent(Fingerprint.of(new byte[Fingerprint.BYTES]), Usd.ZERO)).join();
  }

  private static StoreEntry entry(String id, Fingerprint fingerprint) {
    return new StoreEntry(
        id,
        fingerprint,
        new StoreEntry.Origin(
            "r1",
            3,
            "openai",
            "gpt-4o-mini",
            "2026-11-22",
            new StoreEntry.Asked("bench", 101L, 7L)),
        new Completion(
            TEXT,
            null,
            FinishReason.STOP,
            "stop",
            "gpt-4o-mini-2024",
            "chatcmpl-" + id,
            new TokenUsage(100, 60, 30, 10, 7, 3),
            false),
        null,
        new Effort(1, 0, 1500, Waste.NONE),
        Usd.of("0.000123"),
        Instant.now());
  }

  private static long cpuNanos() {
    var threads = ManagementFactory.getThreadMXBean();
    for (var thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().equals("penstock-journal")) {
        return threads.getThreadCpuTime(thread.getThreadId());
      }
    }
    throw new IllegalStateException("There is no journal thread");
  }
}
